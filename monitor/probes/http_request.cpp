#include "monitor/probes/http_request.hpp"

#include <algorithm>
#include <cstdio>

#include "monitor/probes/url.hpp"
#include "monitor/text/base64.hpp"

namespace monitor::probes {
namespace {

using std::string_view;

bool same_name(string_view a, string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool has(const Headers& headers, string_view name) {
  return std::ranges::any_of(headers,
                             [name](const auto& header) { return same_name(header.first, name); });
}

// A blank or a line's end inside a URL would end the request line early.
std::string without_blanks(string_view path) {
  std::string text;
  for (const char c : path) {
    char code[4];
    const auto byte = static_cast<unsigned char>(c);
    std::snprintf(code, sizeof code, "%%%02X", byte);
    text += byte <= 0x20 || byte == 0x7F ? string_view(code) : string_view(&c, 1);
  }
  return text;
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
  add("Icy-MetaData", "1");  // Shoutcast 1 takes who does not send it for a browser
  if (authorized && !parts.userinfo.empty())
    add("Authorization", "Basic " + base64(percent_decoded(parts.userinfo)));
  std::string request = "GET " + resource(parts.path) + " HTTP/1.1\r\n";
  for (const auto& [name, value] : all) {
    if (is_one_line(name) && is_one_line(value)) request += name + ": " + value + "\r\n";
  }
  return request + "\r\n";
}

}  // namespace monitor::probes
