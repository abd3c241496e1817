#include "monitor/ffmpeg/side.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "monitor/ffmpeg/url_address.hpp"
#include "monitor/text/ascii.hpp"

namespace monitor {
namespace {

template <class Predicate>
Side only_side(const Endpoints& endpoints, Predicate matches) {
  const bool input = std::any_of(endpoints.inputs.begin(), endpoints.inputs.end(), matches);
  const bool output = std::any_of(endpoints.outputs.begin(), endpoints.outputs.end(), matches);
  if (input == output) return Side::unknown;
  return input ? Side::input : Side::output;
}

Side side_of_context(std::string_view component) {
  if (component.starts_with("in#") || component.starts_with("dec:")) return Side::input;
  if (component.starts_with("out#") || component.starts_with("enc:")) return Side::output;
  if (component == "tee" || component == "fifo") return Side::output;
  if (component.size() < 5 || component[4] != '#') return Side::unknown;
  const std::string_view stream = component.substr(1, 3);  // vist#0:0/h264, aost#0:1/aac
  if (stream == "ist") return Side::input;
  return stream == "ost" ? Side::output : Side::unknown;
}

Side side_of_words(std::string_view text) {
  constexpr std::array input{"Error opening input", "Error during demuxing"};
  constexpr std::array output{"Error opening output", "Error initializing the muxer"};
  const auto begins = [&](const char* words) { return text.starts_with(words); };
  if (std::any_of(input.begin(), input.end(), begins)) return Side::input;
  if (std::any_of(output.begin(), output.end(), begins)) return Side::output;
  return Side::unknown;
}

// Whether `url` stands in `text` as a word of its own.
bool names(std::string_view text, std::string_view url) {
  constexpr std::string_view before = " '\"(";
  constexpr std::string_view after = " '\":.,;)";
  if (url.empty()) return false;
  for (std::size_t at = text.find(url); at != std::string_view::npos; at = text.find(url, at + 1)) {
    const std::size_t end = at + url.size();
    const bool begins = at == 0 || before.find(text[at - 1]) != std::string_view::npos;
    if (begins && (end == text.size() || after.find(text[end]) != std::string_view::npos))
      return true;
  }
  return false;
}

std::string_view longest_named(std::string_view text, const std::vector<std::string>& urls) {
  std::string_view longest;
  for (const std::string_view url : urls) {
    if (url.size() > longest.size() && names(text, url)) longest = url;
  }
  return longest;
}

Side side_of_url(std::string_view text, const Endpoints& endpoints) {
  const std::size_t input = longest_named(text, endpoints.inputs).size();
  const std::size_t output = longest_named(text, endpoints.outputs).size();
  if (input == output) return Side::unknown;
  return input > output ? Side::input : Side::output;
}

Side side_of_address(std::string_view text, const Endpoints& endpoints) {
  const std::size_t at = text.find("://");
  if (at == std::string_view::npos) return Side::unknown;
  const UrlAddress named = address_at(text, at);
  return only_side(endpoints, [&](const std::string& endpoint) {
    return any_address(endpoint, [&](const UrlAddress& own) {
      const bool any_port = own.port.empty() || named.port.empty();
      return equal_ignoring_case(own.host, named.host) && (any_port || own.port == named.port);
    });
  });
}

constexpr std::string_view hostname_words = "Failed to resolve hostname ";

// `Failed to resolve hostname H: reason`. What a peer calls a host is no URL of the command's.
Side side_of_hostname(std::string_view text, const Endpoints& endpoints) {
  const std::string_view rest = text.substr(hostname_words.size());
  const std::string_view host = rest.substr(0, rest.find(": "));
  return only_side(endpoints, [&](const std::string& endpoint) {
    return any_address(endpoint,
                       [&](const UrlAddress& own) { return equal_ignoring_case(own.host, host); });
  });
}

Side side_of_named(std::string_view text, const Endpoints& endpoints) {
  if (text.starts_with(hostname_words)) return side_of_hostname(text, endpoints);
  const Side side = side_of_url(text, endpoints);
  return side == Side::unknown ? side_of_address(text, endpoints) : side;
}

// Icecast's protocol speaks through http's, RTMPS through rtmp's, HTTPS and RTMPS through tls's.
bool speaks_for(std::string_view component, std::string_view scheme) {
  const std::string_view family = component.substr(0, 4);
  if (family == "http") return scheme.starts_with("http") || scheme == "icecast";
  if (family == "rtmp" || family == "rtsp") return scheme.starts_with(family);
  if (component == "srt" || component == "udp") return scheme == component;
  if (component == "tls") return scheme.ends_with('s');
  return true;
}

Side side_of_protocol(const LogLine& line, const Endpoints& endpoints) {
  constexpr std::array protocols{"tcp",   "tls",  "http", "https", "rtmp",
                                 "rtmps", "rtsp", "srt",  "udp",   "hls"};
  const bool by_protocol =
      std::find(protocols.begin(), protocols.end(), line.component) != protocols.end();
  if (!by_protocol && line.text.find("://") == std::string_view::npos) return Side::unknown;
  return only_side(endpoints, [&](const std::string& endpoint) {
    return any_address(endpoint, [&](const UrlAddress& own) {
      return !by_protocol || speaks_for(line.component, own.scheme);
    });
  });
}

// `out#0/flv`: that of number 0
std::string_view numbered(std::string_view component, const std::vector<std::string>& urls) {
  const std::string_view digits = component.substr(component.find('#') + 1);
  std::size_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return read.ec == std::errc() && number < urls.size() ? urls[number] : std::string_view();
}

}  // namespace

Side side_of(const LogLine& line, const Endpoints& endpoints) {
  Side side = side_of_context(line.component);
  if (side == Side::unknown) side = side_of_words(line.text);
  if (side == Side::unknown) side = side_of_named(line.text, endpoints);
  if (side == Side::unknown) side = side_of_protocol(line, endpoints);
  return side;
}

std::string_view endpoint_of(const LogLine& line, const Endpoints& endpoints) {
  const std::string_view input = longest_named(line.text, endpoints.inputs);
  const std::string_view output = longest_named(line.text, endpoints.outputs);
  if (!input.empty() || !output.empty()) return input.size() > output.size() ? input : output;
  if (line.component.starts_with("in#")) return numbered(line.component, endpoints.inputs);
  if (line.component.starts_with("out#")) return numbered(line.component, endpoints.outputs);
  return {};
}

bool is_list(std::string_view endpoint) {
  constexpr std::array endings{".sdp",  ".m3u",      ".m3u8",   ".mpd", ".pls",
                               ".xspf", ".ffconcat", ".concat", ".txt", ".ism"};
  const std::string path = lowered(endpoint.substr(0, endpoint.find_first_of("?#")));
  return std::any_of(endings.begin(), endings.end(),
                     [&](std::string_view ending) { return path.ends_with(ending); });
}

bool may_change(std::string_view endpoint) {
  if (is_list(endpoint)) return true;
  if (endpoint.starts_with("file:")) return false;
  return endpoint == "-" || endpoint.starts_with("pipe:") || endpoint.starts_with("fd:") ||
         endpoint.starts_with("/dev/") || endpoint.find("://") != std::string_view::npos;
}

}  // namespace monitor
