#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "supervisor/config/load.hpp"
#include "supervisor/config/yaml_tree.hpp"

namespace supervisor {

// Where a secret stands, if not in the file itself: `{env: NAME}`, `{file: PATH}`.
struct SecretReference {
  enum class To : std::uint8_t { variable, file };
  To to;
  std::string text;  // the name, or the path

  // Of what is wrong with the text found there: "in environment variable "KEY": ".
  std::string prefix() const;
};

// Of what stands behind `env` or `file`. Throws Unexpected, without what was found: that may be the
// secret itself.
SecretReference secret_reference(SecretReference::To to, const std::string& text);

// A map with the one key `env` or `file` and a text behind it; empty for any other node. Throws
// Unexpected.
std::optional<SecretReference> secret_reference_in(const YamlNode& node);

// The variable's text, or the first line of the file, which has at most 8 KiB. Neither may be
// empty. Throws Unexpected.
std::string resolved(const SecretReference& reference, const Environment& environment);

}  // namespace supervisor
