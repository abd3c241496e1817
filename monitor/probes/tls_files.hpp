#pragma once

#include <string>

namespace monitor::probes {

// The command's own certificates: `-ca_file`, `-cert_file`, `-key_file`. Each empty: none. A value.
struct TlsFiles {
  std::string authorities;
  std::string certificate;
  std::string key;

  bool empty() const { return authorities.empty() && certificate.empty() && key.empty(); }
  bool operator==(const TlsFiles&) const = default;
};

}  // namespace monitor::probes
