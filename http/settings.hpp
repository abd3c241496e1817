#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace http {

enum class Protect : std::uint8_t {
  control,  // requests that change something
  all,      // everything except liveness
};

using BasicUsers = std::map<std::string, std::string>;  // name → bcrypt hash

struct Auth {
  std::string bearer_token_file;
  std::string bearer_token;  // content of the file, or FFSUPERVISOR_TOKEN; empty: none
  BasicUsers basic_users;
  Protect protect = Protect::control;

  bool operator==(const Auth&) const = default;
};

// Paths of PEM files; both empty: plain HTTP.
struct Tls {
  std::string certificate;  // followed by the intermediate certificates
  std::string private_key;  // without a passphrase

  bool operator==(const Tls&) const = default;
};

// Each field is the YAML key of the same name below `http`; each value is its default.
struct Settings {
  std::string address = "0.0.0.0";  // address and port: `http.listen`; IPv6 without its brackets
  std::uint16_t port = 9090;
  std::string public_url = {};  // of the page, as others reach it; empty: by the address
  bool required = false;        // not to serve without it; otherwise a taken address is tried again
  // Taken in the field Host beside addresses and local names (auth/host_check.hpp).
  std::vector<std::string> allowed_hosts = {};
  std::string metrics_path = "/metrics";
  // AZURACAST_WEBHOOK_PASSWORD; not a key of the file. Empty: the hook is accepted from loopback
  // only.
  std::string azuracast_password = {};
  Tls tls;
  Auth auth;

  bool operator==(const Settings&) const = default;
};

// Fixed bounds; not configurable.
struct Bounds {
  std::size_t header_bytes = 8 * 1024;
  std::size_t body_bytes = 64 * 1024;
  // AzuraCast puts lyrics into every song, escaped as `\uXXXX`: what its poll takes, too.
  std::size_t hook_body_bytes = 1024 * 1024;
  std::size_t all_bodies_bytes = 8 * 1024 * 1024;  // of all connections together
  std::size_t connections = 512;                   // the longest idle one is closed for a new one
  std::chrono::seconds request_timeout{10};        // from the first byte of a request to its last
  std::chrono::seconds idle_timeout{60};           // between requests
  std::chrono::seconds write_timeout{10};
  std::size_t event_clients = 32;  // of /api/v1/events; further ones are refused
};

}  // namespace http
