#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace http {

enum class Protect : std::uint8_t {
  control,  // what changes something
  all,      // everything but liveness
};

using BasicUsers = std::map<std::string, std::string>;  // name → bcrypt hash

struct Auth {
  std::string bearer_token_file;
  std::string bearer_token;  // what stands in it, or FFSUPERVISOR_TOKEN; empty: there is none
  BasicUsers basic_users;
  Protect protect = Protect::control;

  bool operator==(const Auth&) const = default;
};

// Paths of PEM files; empty, both: plain HTTP.
struct Tls {
  std::string certificate;  // with those of the intermediate authorities behind it
  std::string private_key;  // without a pass phrase

  bool operator==(const Tls&) const = default;
};

// Each field is the YAML key of the same name below `http`; each value is its default.
struct Settings {
  std::string address = "0.0.0.0";  // address and port: `http.listen`; IPv6 without its brackets
  std::uint16_t port = 9090;
  std::string metrics_path = "/metrics";
  // AZURACAST_WEBHOOK_PASSWORD; no key of the file. Empty: the hook is heard from loopback only.
  std::string azuracast_password = {};
  Tls tls;
  Auth auth;

  bool operator==(const Settings&) const = default;
};

// Bounds that nobody needs to set.
struct Bounds {
  std::size_t header_bytes = 8 * 1024;
  std::size_t body_bytes = 64 * 1024;
  std::size_t connections = 512;             // the longest idle one is closed for a new one
  std::chrono::seconds request_timeout{10};  // from the first byte of a request to its last
  std::chrono::seconds idle_timeout{60};     // between requests
  std::chrono::seconds write_timeout{10};
  std::size_t event_clients = 32;  // who follow /api/v1/events; one more is refused
};

}  // namespace http
