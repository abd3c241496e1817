#include "monitor/probes/http_request.hpp"

#include <algorithm>

#include "monitor/text/ascii.hpp"
#include "monitor/text/base64.hpp"
#include "monitor/text/percent.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {
namespace {

using std::string_view;

bool has(const Headers& headers, string_view name) {
  return std::ranges::any_of(
      headers, [name](const auto& header) { return equal_ignoring_case(header.first, name); });
}

// A blank or a line's end inside a URL would end the request line early.
std::string without_blanks(string_view path) {
  return percent_encode(path,
                        [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F; });
}

bool is_one_line(string_view text) {
  return text.find_first_of(string_view("\r\n\0", 3)) == string_view::npos;
}

std::string resource(string_view path) {
  return (path.starts_with('/') ? "" : "/") + without_blanks(path);
}

}  // namespace

std::string get_request(string_view url, const Headers& headers, bool authorized) {
  const Url parts = split_url(url);
  Headers all = headers;
  const auto add = [&](const char* name, std::string value) {
    if (!has(headers, name)) all.emplace_back(name, std::move(value));
  };
  add("User-Agent", "Lavf/59 (ffsupervisor)");  // some stations let only players in
  add("Accept", "*/*");
  add("Connection", "close");
  add("Host", host_and_port(parts.host, parts.port));
  add("Icy-MetaData", "1");  // Shoutcast 1 takes a client that does not send it for a browser
  if (authorized && !parts.userinfo.empty())
    add("Authorization", "Basic " + base64(percent_decode(parts.userinfo)));
  std::string request = "GET " + resource(parts.path) + " HTTP/1.1\r\n";
  for (const auto& [name, value] : all) {
    if (is_one_line(name) && is_one_line(value)) request += name + ": " + value + "\r\n";
  }
  return request + "\r\n";
}

}  // namespace monitor::probes
