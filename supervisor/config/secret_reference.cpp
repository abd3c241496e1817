#include "supervisor/config/secret_reference.hpp"

#include <algorithm>
#include <string_view>

#include "supervisor/config/bounded_file.hpp"
#include "supervisor/config/problems.hpp"
#include "supervisor/config/settings.hpp"

namespace supervisor {

namespace {

using To = SecretReference::To;
using Kind = YamlNode::Kind;

constexpr std::size_t secret_bytes_max = 8 * 1024;  // no token or URL is longer

std::string first_line(const std::string& path) {
  std::string text;
  try {
    text = read_bounded_file(path, secret_bytes_max, "a file with a secret in its first line");
  } catch (const Unreadable& error) {
    throw Unexpected::whole(shown(path) + ' ' + error.what());
  }
  if (text.size() > secret_bytes_max) {
    throw Unexpected::whole(shown(path) +
                            " is larger than 8 KiB, expected a secret in its first line");
  }
  text.resize(std::min(text.find('\n'), text.size()));
  if (text.ends_with('\r')) text.pop_back();
  if (text.empty()) {
    throw Unexpected::whole("the first line of " + shown(path) +
                            " is empty, expected a secret in it");
  }
  return text;
}

std::string variable(const std::string& name, const Environment& environment) {
  const std::optional<std::string> text = environment(name.c_str());
  if (text && !text->empty()) return *text;
  throw Unexpected::whole("environment variable " + shown(name) +
                          " is not set, expected a secret in it");
}

const std::string& require_name(const std::string& text) {
  constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  if (!text.empty() && text.find_first_not_of(letters) == std::string::npos) return text;
  throw Unexpected::whole("found a text behind `env` that is no name of a variable, expected one");
}

const std::string& require_path(const std::string& text) {
  if (text.empty()) throw Unexpected::whole("found nothing behind `file`, expected a path");
  if (text.find("://") == std::string::npos) return text;
  throw Unexpected::whole("found a URL behind `file`, expected the path of a file");
}

}  // namespace

std::string SecretReference::prefix() const {
  return (to == To::variable ? "in environment variable " : "in ") + shown(text) + ": ";
}

SecretReference secret_reference(To to, const std::string& text) {
  return {to, to == To::variable ? require_name(text) : require_path(text)};
}

std::optional<SecretReference> secret_reference_in(const YamlNode& node) {
  if (node.kind != Kind::map || node.keys.size() != 1) return std::nullopt;
  if (node.items[0].kind != Kind::scalar || node.items[0].text.empty()) return std::nullopt;
  if (node.keys[0] == "env") return secret_reference(To::variable, node.items[0].text);
  if (node.keys[0] == "file") return secret_reference(To::file, node.items[0].text);
  return std::nullopt;
}

std::string resolved(const SecretReference& reference, const Environment& environment) {
  return reference.to == To::variable ? variable(reference.text, environment)
                                      : first_line(reference.text);
}

}  // namespace supervisor
