#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

// What RFC 9110 and 9112 demand of a server beyond what the parser checks: where one request ends
// and the next begins, and for whom it is. A server that is lenient here, behind a proxy that reads
// otherwise, takes the body of one client for the request of another. Pure.

// An answer after which the connection is closed.
struct Refusal {
  unsigned status = 400;
  const char* message = "";
};

// The head of a request. Views.
struct RequestHead {
  unsigned version = 11;  // 10, 11
  std::string_view target;
  std::vector<std::pair<std::string_view, std::string_view>> fields;  // name and value, as sent
  bool is_chunked = false;  // so the parser reads the body
};

// Why the request must not be answered; empty where it may.
std::optional<Refusal> refusal_of(const RequestHead& head);

// Whether the client waits for `100 Continue` before it sends the body.
bool awaits_continue(const RequestHead& head);

// The target in its parts, in origin form or, as to a proxy, in absolute form.
struct TargetParts {
  bool is_absolute = false;
  std::string_view authority;  // of the absolute form; it goes before Host (RFC 9112, 3.2.2)
  std::string_view path;       // "/" where there is none; still percent-encoded
  std::string_view query;      // behind the '?'
};
TargetParts parts_of(std::string_view target);

// For whom the request is: the authority of the target, else the field Host; empty without either.
std::string_view host_of(const RequestHead& head);

}  // namespace http
