#include "supervisor/ffmpeg/endpoint_options.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "monitor/text/ascii.hpp"

namespace supervisor {

namespace {

using monitor::probes::Reach;
using monitor::probes::Target;
using std::string_view;

template <class Use>
void for_each_filled_line(string_view lines, Use use) {
  while (!lines.empty()) {
    const string_view line = lines.substr(0, lines.find_first_of("\r\n"));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
    if (!line.empty()) use(line);
  }
}

// Of `; path=/; secure`.
template <class Use>
void for_each_attribute(string_view attributes, Use use) {
  while (!attributes.empty()) {
    attributes.remove_prefix(1);  // `;`
    const string_view attribute = attributes.substr(0, attributes.find(';'));
    attributes.remove_prefix(attribute.size());
    const std::size_t equals = std::min(attribute.find('='), attribute.size());
    use(monitor::trimmed(attribute.substr(0, equals)),
        monitor::trimmed(attribute.substr(std::min(equals + 1, attribute.size()))));
  }
}

}  // namespace

void EndpointOptions::read(string_view name, string_view value) {
  const bool on = value != "0";
  if (name == "headers") add_header_lines(value);
  if (name == "user_agent" || name == "user-agent")
    asked_.headers.emplace_back("User-Agent", value);
  if (name == "referer") asked_.headers.emplace_back("Referer", value);
  if (name == "cookies") add_cookies(value);
  if (name == "tls_verify" || name == "verify") asked_.verify_tls = on;
  if (name == "ca_file" || name == "cafile") asked_.tls.authorities = value;
  if (name == "cert_file" || name == "cert") asked_.tls.certificate = value;
  if (name == "key_file" || name == "key") asked_.tls.key = value;
  if (name == "http_proxy") unknown_ = true;
  if (name == "listen" || name == "rtmp_listen") listens_ = listens_ || on;
  if (name == "timeout") has_timeout_ = true;
  if (name == "rtsp_flags") listens_ = listens_ || value.find("listen") != string_view::npos;
  if (name == "mode") listens_ = listens_ || value == "listener";
}

void EndpointOptions::add_header_lines(string_view lines) {
  for_each_filled_line(lines, [this](string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == string_view::npos || colon == 0) return;
    asked_.headers.emplace_back(monitor::trimmed(line.substr(0, colon)),
                                monitor::trimmed(line.substr(colon + 1)));
  });
}

// Lines as of Set-Cookie.
void EndpointOptions::add_cookies(string_view cookies) {
  for_each_filled_line(cookies, [this](string_view line) {
    const std::size_t end = std::min(line.find(';'), line.size());
    monitor::probes::Cookie cookie{.pair = std::string(monitor::trimmed(line.substr(0, end)))};
    for_each_attribute(line.substr(end), [&cookie](string_view name, string_view value) {
      if (monitor::equal_ignoring_case(name, "domain")) cookie.domain = value;
      if (monitor::equal_ignoring_case(name, "path")) cookie.path = value;
      if (monitor::equal_ignoring_case(name, "secure")) cookie.is_secure = true;
    });
    asked_.cookies.push_back(std::move(cookie));
  });
}

// TCP and UNIX sockets, SRT and RTMP have it in the query, too.
bool EndpointOptions::listens(string_view url) const {
  if (listens_ || (has_timeout_ && url.starts_with("rtmp"))) return true;
  string_view query = url.substr(std::min(url.find('?'), url.size()));
  while (!query.empty()) {
    query.remove_prefix(1);  // `?` or `&`
    const string_view word = query.substr(0, query.find('&'));
    if (word == "mode=listener" || (word.starts_with("listen=") && word != "listen=0")) return true;
    query.remove_prefix(word.size());
  }
  return false;
}

bool EndpointOptions::is_unknown(string_view url) const {
  return unknown_ || listens(url);
}

Target EndpointOptions::source(string_view url, string_view format) const {
  Target target = monitor::probes::source_target(url, format);
  const bool server = target.reach != Reach::path && target.reach != Reach::unknown;
  if (server && is_unknown(url)) target.reach = Reach::unknown;
  if (target.reach != Reach::media && target.reach != Reach::rtsp) return target;
  if (target.reach == Reach::media) {
    target.headers = asked_.headers;
    target.cookies = asked_.cookies;
  }
  target.verify_tls = asked_.verify_tls;
  target.tls = asked_.tls;
  return target;
}

Target EndpointOptions::sink(string_view url) const {
  Target target = monitor::probes::sink_target(url);
  if (is_unknown(url)) target.reach = Reach::unknown;
  return target;
}

}  // namespace supervisor
