#include "http/framing.hpp"

#include <algorithm>

#include "http/host_field.hpp"
#include "monitor/text/ascii.hpp"

namespace http {
namespace {

using std::string_view;

// Fields with one value, which decide what a request is and who may send it: were one doubled, a
// proxy in front might heed the other.
constexpr string_view fields_of_one_value[] = {"Host",   "Authorization",  "Content-Type",
                                               "Origin", "Sec-Fetch-Site", "Expect"};

std::vector<string_view> values_of(const RequestHead& head, string_view name) {
  std::vector<string_view> values;
  for (const auto& [field, value] : head.fields) {
    if (monitor::equal_ignoring_case(field, name)) values.push_back(value);
  }
  return values;
}

// The members of comma-separated lists; empty ones do not count (RFC 9110, 5.6.1).
std::vector<string_view> members_of(const std::vector<string_view>& lists) {
  std::vector<string_view> members;
  for (string_view rest : lists) {
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const string_view member = monitor::trimmed(rest.substr(0, comma));
      if (!member.empty()) members.push_back(member);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return members;
}

bool is_chunked_coding(string_view coding) {
  return monitor::equal_ignoring_case(coding, "chunked");
}

// RFC 9112, 6.1 and 6.3: without a final `chunked` nobody knows where the body ends.
std::optional<Refusal> refusal_of_coding(const RequestHead& head) {
  const auto lists = values_of(head, "Transfer-Encoding");
  if (lists.empty()) return std::nullopt;
  if (head.version < 11) return Refusal{400, "HTTP/1.0 knows no Transfer-Encoding"};
  auto codings = members_of(lists);
  if (codings.empty() || !is_chunked_coding(codings.back())) {
    return Refusal{400, "the last transfer coding of a request must be chunked"};
  }
  codings.pop_back();
  if (std::ranges::any_of(codings, is_chunked_coding)) {
    return Refusal{400, "a body can be chunked only once"};
  }
  if (!codings.empty()) return Refusal{501, "the only transfer coding known here is chunked"};
  if (!head.is_chunked) return Refusal{400, "malformed Transfer-Encoding"};
  return std::nullopt;
}

std::optional<Refusal> refusal_of_host(const RequestHead& head) {
  const auto hosts = values_of(head, "Host");
  if (head.version >= 11 && hosts.empty()) {
    return Refusal{400, "an HTTP/1.1 request needs one Host header"};
  }
  constexpr Refusal malformed{400, "the request's host is malformed"};
  if (!hosts.empty() && !host_field(hosts.front())) return malformed;
  const TargetParts target = parts_of(head.target);
  if (!target.is_absolute) return std::nullopt;
  const auto authority = host_field(target.authority);
  return authority && !authority->host.empty() ? std::nullopt : std::optional(malformed);
}

std::optional<Refusal> refusal_of_doubles(const RequestHead& head) {
  for (const string_view name : fields_of_one_value) {
    if (values_of(head, name).size() > 1) {
      return Refusal{400, "a header that has one value is there more than once"};
    }
  }
  return std::nullopt;
}

// What stands behind `http://` or `https://`; empty for another form.
std::optional<string_view> behind_scheme(string_view target) {
  const std::size_t end = target.find("://");
  if (end == string_view::npos) return std::nullopt;
  const string_view scheme = target.substr(0, end);
  const bool is_http =
      monitor::equal_ignoring_case(scheme, "http") || monitor::equal_ignoring_case(scheme, "https");
  return is_http ? std::optional(target.substr(end + 3)) : std::nullopt;
}

}  // namespace

std::optional<Refusal> refusal_of(const RequestHead& head) {
  if (auto refusal = refusal_of_doubles(head)) return refusal;
  if (auto refusal = refusal_of_host(head)) return refusal;
  return refusal_of_coding(head);
}

bool awaits_continue(const RequestHead& head) {
  if (head.version < 11) return false;  // RFC 9110, 10.1.1
  const auto expected = values_of(head, "Expect");
  return expected.size() == 1 && monitor::equal_ignoring_case(expected.front(), "100-continue");
}

TargetParts parts_of(string_view target) {
  TargetParts parts;
  if (const auto rest = behind_scheme(target)) {
    const std::size_t end = std::min(rest->find_first_of("/?"), rest->size());
    parts.is_absolute = true;
    parts.authority = rest->substr(0, end);
    target = rest->substr(end);
  }
  const std::size_t mark = std::min(target.find('?'), target.size());
  parts.path = mark == 0 ? "/" : target.substr(0, mark);
  parts.query = target.substr(std::min(mark + 1, target.size()));
  return parts;
}

string_view host_of(const RequestHead& head) {
  const TargetParts target = parts_of(head.target);
  if (target.is_absolute) return target.authority;
  const auto hosts = values_of(head, "Host");
  return hosts.empty() ? string_view() : hosts.front();
}

}  // namespace http
