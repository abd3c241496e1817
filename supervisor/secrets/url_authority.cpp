#include "supervisor/secrets/url_authority.hpp"

#include <algorithm>

#include "monitor/text/ascii.hpp"

namespace supervisor {

namespace {

using std::string_view;

bool is_port(string_view text) {
  return std::ranges::all_of(text, monitor::is_digit);
}

// A query's own: `?mail=me@host`, whose values are looked at by themselves.
bool is_in_query(string_view text, std::size_t at) {
  const std::size_t mark = text.find('?');
  return mark < at && text.substr(mark, at - mark).find('=') != string_view::npos;
}

// The last `@` behind `from` that may end user information; npos: there is none.
std::size_t last_at_sign(string_view text, std::size_t from) {
  for (std::size_t at = text.rfind('@'); at != string_view::npos && at >= from;
       at = at == 0 ? string_view::npos : text.rfind('@', at - 1)) {
    if (at + 1 < text.size() && !is_in_query(text, at)) return at;
  }
  return string_view::npos;
}

// `host`, `host:1935`, `[::1]:1935`.
bool is_host(string_view authority) {
  if (authority.starts_with('[')) return true;
  const std::size_t colon = authority.find(':');
  return colon == string_view::npos || is_port(authority.substr(colon + 1));
}

// Whether what FFmpeg takes for a host may be the beginning of user information that reaches to
// `at`: it has a port, or a colon follows, or it is too short a name for a host of the Internet. A
// path that begins with `@` is a path (`/@channel`).
bool may_be_userinfo(string_view authority, string_view text, std::size_t at) {
  if (authority.starts_with('[') || at == 0 || text[at - 1] == '/') return false;
  if (text.substr(0, at).find(':') != string_view::npos) return true;
  return authority.find('.') == string_view::npos;
}

}  // namespace

Authority read_authority(string_view text) {
  const string_view authority = text.substr(0, text.find_first_of("/?#"));
  const std::size_t strict = authority.rfind('@');
  if (strict != string_view::npos) {
    const std::size_t last = last_at_sign(text, strict + 1);
    const bool is_path = last != string_view::npos && text[last - 1] == '/';
    return {strict, strict + 1, last == string_view::npos || is_path ? 0 : last};
  }
  if (!is_host(authority)) {
    const std::size_t last = text.rfind('@');
    if (last != string_view::npos) return {last, last + 1, 0};
    return {};
  }
  const std::size_t last = last_at_sign(text, authority.size());
  if (last == string_view::npos || !may_be_userinfo(authority, text, last)) return {};
  return {0, 0, last};
}

}  // namespace supervisor
