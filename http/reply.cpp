#include "http/reply.hpp"

#include <boost/beast/http/status.hpp>

#include "http/json.hpp"

namespace http {
namespace {

// Formatting a date takes as long as the rest of the head, and it changes once a second.
const std::string& date_line(recovery::WallTime now) {
  thread_local std::chrono::sys_seconds written_at{};
  thread_local std::string line;
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  if (line.empty() || second != written_at) {
    line = "\r\nDate: " + http_date(now);
    written_at = second;
  }
  return line;
}

std::string_view connection_line(KeepAlive keep_alive) {
  if (keep_alive == KeepAlive::no) return "Connection: close\r\n";
  return keep_alive == KeepAlive::yes_and_say_so ? "Connection: keep-alive\r\n" : "";
}

// For browsers: no content sniffing, no framing by other pages, no scripts. The live page has a
// policy of its own.
std::string_view browser_lines(const Reply& reply) {
  constexpr std::string_view policy =
      "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
  constexpr std::string_view lines =
      "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
      "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n"
      "Cross-Origin-Resource-Policy: same-origin\r\nReferrer-Policy: no-referrer\r\n";
  const bool has_own = reply.headers.find("Content-Security-Policy:") != std::string::npos;
  return has_own ? lines.substr(policy.size()) : lines;
}

}  // namespace

Reply json_reply(unsigned status, const boost::json::value& value) {
  return {status, "application/json", std::make_shared<std::string>(print_json(value) + "\n"), {}};
}

Reply error_reply(unsigned status, std::string_view message) {
  return json_reply(status, {{"message", message}});
}

std::string render_head(const Reply& reply, KeepAlive keep_alive, recovery::WallTime now) {
  const auto reason =
      boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(reply.status));
  std::string head = "HTTP/1.1 ";
  head.reserve(640 + reply.headers.size());
  head.append(std::to_string(reply.status)).append(" ").append(reason.data(), reason.size());
  head.append("\r\nContent-Type: ").append(reply.content_type);
  constexpr unsigned not_modified = 304;  // Content-Length would be that of the omitted body
  if (!reply.events && reply.status != not_modified) {
    head.append("\r\nContent-Length: ").append(std::to_string(reply.body->size()));
  }
  head.append(date_line(now));
  head.append("\r\nCache-Control: ").append(reply.cache_control).append("\r\n");
  head.append(browser_lines(reply));
  head.append(reply.headers).append(connection_line(keep_alive)).append("\r\n");
  return head;
}

}  // namespace http
