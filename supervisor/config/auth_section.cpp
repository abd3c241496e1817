#include "supervisor/config/auth_section.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include <sys/stat.h>

#include "supervisor/config/bounded_file.hpp"
#include "supervisor/config/secret_value.hpp"
#include "supervisor/config/settings.hpp"

namespace supervisor {

namespace {

using Kind = YamlNode::Kind;
using std::string_view;

constexpr std::size_t users_max = 64;
constexpr std::size_t name_max = 64;               // bytes
constexpr std::size_t token_bytes_max = 4 * 1024;  // no header holds more
constexpr std::size_t token_bytes_good = 16;
constexpr std::size_t bcrypt_bytes = 60;
// 14 takes a second; a higher cost only delays the client that logs in.
constexpr int cost_min = 4, cost_max = 14;

bool is_bcrypt(string_view text) {
  const bool begins =
      text.size() == bcrypt_bytes &&
      (text.starts_with("$2a$") || text.starts_with("$2b$") || text.starts_with("$2y$")) &&
      text[6] == '$';
  if (!begins || text[4] < '0' || text[4] > '9' || text[5] < '0' || text[5] > '9') return false;
  const int cost = (text[4] - '0') * 10 + (text[5] - '0');
  const bool plain = std::all_of(text.begin() + 7, text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '.' && c <= '9');
  });
  return plain && cost >= cost_min && cost <= cost_max;
}

// What is none may be the password itself: not shown.
std::string read_bcrypt(const std::string& text) {
  if (is_bcrypt(text)) return text;
  throw Unexpected::whole(
      "found a text that is none, expected a bcrypt hash of cost 4 to 14, such as `mkpasswd -m "
      "bcrypt` makes");
}

bool is_user_name(string_view name) {
  return !name.empty() && name.size() <= name_max &&
         std::none_of(name.begin(), name.end(),
                      [](char c) { return static_cast<unsigned char>(c) < ' ' || c == ':'; });
}

bool is_bearer_token(string_view text) {
  return !text.empty() && text.size() <= token_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

// "radio.yml:3: http.tls.certificate", or the key alone where it is a default.
std::string where(const Config& config, const std::string& key) {
  const auto place = config.places.find(key);
  return place == config.places.end() ? key : place->second + ": " + key;
}

// Docker and Kubernetes mount secrets so that everybody in the container reads them.
bool is_mounted_secret(const std::string& path) {
  return path.starts_with("/run/secrets/") || path.starts_with("/var/run/secrets/");
}

// Of a regular file; a pipe has the mode of nobody's choice.
bool is_open_to_others(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  return (status.st_mode & (S_IROTH | S_IWOTH | S_IWGRP)) != 0;
}

void warn_of_open_file(const std::string& path, Config& config) {
  if (is_mounted_secret(path) || !is_open_to_others(path)) return;
  config.warnings.push_back("http.auth.bearer_token_file: " + shown(path) +
                            " can be read or written by other users of this machine: chmod 600");
}

void finish_token(Config& config, Problems& problems) {
  http::Auth& auth = config.http.auth;
  const std::string key = "http.auth.bearer_token_file";
  if (auth.bearer_token.empty() && !auth.bearer_token_file.empty()) {
    try {
      auth.bearer_token = read_token_file(auth.bearer_token_file);
      warn_of_open_file(auth.bearer_token_file, config);
    } catch (const Unreadable& error) {
      problems.add(where(config, key) + ": " + shown(auth.bearer_token_file) + ' ' + error.what());
      return;
    }
  }
  if (!auth.bearer_token.empty() && auth.bearer_token.size() < token_bytes_good) {
    config.warnings.push_back(
        "the bearer token for control has fewer than 16 characters: it can be guessed");
  }
}

void check_protect(const Config& config, Problems& problems) {
  const http::Auth& auth = config.http.auth;
  if (auth.protect != http::Protect::all) return;
  const bool anybody =
      !auth.bearer_token.empty() || !auth.bearer_token_file.empty() || !auth.basic_users.empty();
  if (anybody) return;
  problems.add(
      where(config, "http.auth.protect") +
      ": all, but no credentials are configured; expected bearer_token_file, basic_users or the "
      "environment variable FFSUPERVISOR_TOKEN");
}

void check_tls(const Config& config, Problems& problems) {
  const http::Tls& tls = config.http.tls;
  if (tls.certificate.empty() == tls.private_key.empty()) return;
  const std::string certificate = "http.tls.certificate", key = "http.tls.private_key";
  const bool lacks_key = tls.private_key.empty();
  problems.add(where(config, lacks_key ? certificate : key) + ": set without " +
               (lacks_key ? key : certificate) + ", expected both or neither");
}

}  // namespace

void read_basic_users(const Entry& entry, Config& config, FileReading& reading) {
  if (entry.node.kind == Kind::null) return;
  if (entry.node.kind != Kind::map) {
    return reading.complain(
        entry, "found " + found_kind(entry.node) + ", expected a map of names and bcrypt hashes");
  }
  const std::size_t count = entry.node.items.size();
  if (count > users_max) {
    return reading.complain(entry, "found " + std::to_string(count) + " users, expected at most " +
                                       std::to_string(users_max));
  }
  reading.remember_from_file(entry.key, entry.line);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& name = entry.node.keys[i];
    if (!is_user_name(name)) {
      reading.complain(entry.node.key_lines[i], entry.key,
                       "found the name " + shown(name) +
                           ", expected 1 to 64 characters without ':' and control characters");
      continue;
    }
    const auto hash = read_text_value(entry_of_map(entry, i), read_bcrypt, reading);
    if (hash) config.http.auth.basic_users[name] = *hash;
  }
}

const WordTable<http::Protect>& protect_words() {
  static const WordTable<http::Protect> words{{"control", http::Protect::control},
                                              {"all", http::Protect::all}};
  return words;
}

std::string read_token_file(const std::string& path) {
  std::string text = read_bounded_file(path, token_bytes_max, "a file with the token");
  text.resize(std::min(text.find('\n'), text.size()));
  if (text.ends_with('\r')) text.pop_back();
  constexpr std::string_view assignment = "FFSUPERVISOR_TOKEN=";  // as systemd and Compose read it
  if (text.starts_with(assignment)) text.erase(0, assignment.size());
  if (is_bearer_token(text)) return text;
  throw Unreadable(
      "has no token in its first line, expected 1 to 4096 printable ASCII characters without "
      "spaces");
}

std::string read_bearer_token(const std::string& text) {
  if (is_bearer_token(text)) return text;
  throw Unexpected::whole(
      "found a text that is none, expected 1 to 4096 printable ASCII characters without spaces");
}

void finish_http(Config& config, Problems& problems) {
  finish_token(config, problems);
  check_protect(config, problems);
  check_tls(config, problems);
}

}  // namespace supervisor
