#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "http/clock_reading.hpp"

namespace http {

class Subscription;

// A request as the routes see it. Views: valid until the answer is returned.
struct Request {
  std::string_view method;
  std::string_view path;  // still percent-encoded, without the query
  std::string_view query;
  std::string_view accept_encoding;
  std::string_view authorization;  // the header as sent; empty without one
  std::string_view content_type;
  std::string_view body;
  bool from_loopback = false;  // the peer is 127.0.0.0/8, ::1 or ::ffff:127.0.0.0/104
  std::string_view peer;       // its address; empty: disconnected
  std::string_view host, origin, fetch_site;  // the headers Host, Origin, Sec-Fetch-Site
  std::string_view accept, if_none_match;     // the headers of these names
  bool is_forwarded = false;                  // it has a header that is no client's own
  // Of its admission (Routes::admit).
  std::string_view who = "nobody";
  bool is_known = false;  // it brought credentials, and they are right
};

// For the log: a control request.
struct Audit {
  std::string who;  // "token", "user NAME", "nobody"
  std::string what;
};

// The answer to one request.
struct Reply {
  unsigned status = 200;
  std::string_view content_type;            // a literal
  std::shared_ptr<const std::string> body;  // never null; shared between equal requests
  std::string headers;                      // further ones, each line ended by CR LF
  // Where set, the events are sent until either side ends the connection; `body` is not sent.
  std::shared_ptr<Subscription> events{};
  std::optional<Audit> audit{};
  std::string hook_warning = {};  // for the log: a web hook that is refused; empty: none
  std::string_view cache_control = "no-store";  // a literal
};

Reply json_reply(unsigned status, const boost::json::value& value);
// {"message": ...}
Reply error_reply(unsigned status, std::string_view message);

enum class KeepAlive { no, yes, yes_and_say_so };  // HTTP/1.0 needs the header
// Status line and headers up to the empty line.
std::string render_head(const Reply& reply, KeepAlive keep_alive, recovery::WallTime now);

}  // namespace http
