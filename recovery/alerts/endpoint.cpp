#include "recovery/alerts/endpoint.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <stdexcept>

#include <boost/beast/core/string.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "monitor/text/base64.hpp"

namespace recovery::alerts {
namespace {

bool is_port(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number > 0 && number < 65536;
}

std::string target_of(const boost::urls::url_view& url, std::string_view path) {
  std::string target(url.encoded_path());
  while (!path.empty() && target.ends_with('/')) target.pop_back();
  target += path;
  if (!target.starts_with('/')) target.insert(0, "/");
  if (url.has_query()) target += "?" + std::string(url.encoded_query());
  return target;
}

// RFC 9110, "token".
bool is_token(std::string_view text) {
  static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  const auto fits = [](unsigned char c) {
    return (c < 0x80 && std::isalnum(c) != 0) || others.find(char(c)) != others.npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

bool is_field_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) {
    return (c < 0x20 && c != '\t') || c == 0x7F;  // a line end would begin another header
  });
}

// Theirs is how the message is framed.
bool is_ours(std::string_view name) {
  constexpr std::array<std::string_view, 5> ours{"Connection", "Content-Length", "Expect",
                                                 "Transfer-Encoding", "Upgrade"};
  return std::any_of(ours.begin(), ours.end(),
                     [name](std::string_view one) { return boost::beast::iequals(one, name); });
}

}  // namespace

Endpoint parse_endpoint(std::string_view url, std::string_view path) {
  const std::string text(url);  // Boost.URL 1.81 wants a NUL behind it
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) throw std::runtime_error("it is no URL; expected https://HOST:PORT/PATH");
  const std::string scheme = parsed->scheme();
  if (scheme != "http" && scheme != "https") {
    throw std::runtime_error("its scheme is " + scheme + "; expected http or https");
  }
  Endpoint endpoint;
  endpoint.tls = scheme == "https";
  endpoint.host = parsed->host_address();
  if (endpoint.host.empty())
    throw std::runtime_error("it has no host; expected " + scheme + "://HOST");
  endpoint.port = endpoint.tls ? "443" : "80";
  if (!parsed->port().empty()) endpoint.port = std::string(parsed->port());
  if (!is_port(endpoint.port)) throw std::runtime_error("its port is not between 1 and 65535");
  endpoint.host_header = std::string(parsed->encoded_host_and_port());
  endpoint.name = scheme + "://" + std::string(parsed->encoded_host()) + ":" + endpoint.port;
  endpoint.target = target_of(*parsed, path);
  if (parsed->has_userinfo()) {
    endpoint.headers.emplace_back(
        "Authorization", "Basic " + monitor::base64(parsed->user() + ":" + parsed->password()));
  }
  return endpoint;
}

void check_headers(const Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (!is_token(name))
      throw std::runtime_error("a header's name is empty or holds what none may");
    if (is_ours(name)) throw std::runtime_error("the header " + name + " cannot be set");
    if (!is_field_value(value)) {
      throw std::runtime_error("the value of the header " + name + " holds a control character");
    }
  }
}

}  // namespace recovery::alerts
