#include "supervisor/secrets/credential_options.hpp"

#include "supervisor/secrets/credential_names.hpp"

namespace supervisor {

namespace {

using std::string_view;

// curl's and others' `-u name:password`; numbers are those of users and groups.
bool is_login_option(string_view name, string_view value) {
  if (name != "u" && name != "user" && name != "U" && name != "proxy-user") return false;
  return value.find(':') != string_view::npos && value.find("://") == string_view::npos &&
         value.find_first_not_of("0123456789:") != string_view::npos;
}

}  // namespace

// FFmpeg's own -streamid numbers MPEG-TS streams: `0:33`.
bool is_option_secret(string_view name, string_view value) {
  if (is_login_option(name, value)) return true;
  if (!is_credential_option(name) || value.empty()) return false;
  return name != "streamid" || value.find_first_not_of("0123456789:,") != string_view::npos;
}

string_view option_name(string_view word) {
  if (word.size() < 2 || word.front() != '-') return {};
  word.remove_prefix(
      word.find_first_not_of('-') == string_view::npos ? word.size() : word.find_first_not_of('-'));
  return word.substr(0, word.find(':'));
}

}  // namespace supervisor
