#include "monitor/ffmpeg/connection_side.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <arpa/inet.h>

#include "monitor/ffmpeg/url_address.hpp"
#include "monitor/text/ascii.hpp"

namespace monitor {
namespace {

using std::string_view;

constexpr std::uint64_t decisive_bytes = 4096;  // more than handshakes and headers need
constexpr std::uint64_t decisive_ratio = 4;     // … and media flows one way only

struct HostAndPort {
  string_view host;
  string_view port;
};

// "127.0.0.1:51234", "[::1]:51234", or nothing
HostAndPort split(string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == string_view::npos) return {};
  HostAndPort parts{.host = address.substr(0, colon), .port = address.substr(colon + 1)};
  if (parts.host.starts_with('[') && parts.host.ends_with(']')) {
    parts.host = parts.host.substr(1, parts.host.size() - 2);
  }
  return parts;
}

using Literal = std::array<unsigned char, 16>;  // an IPv4 address as ::ffff:a.b.c.d

// Empty for a name.
std::optional<Literal> literal_of(string_view host) {
  const std::string text(host.substr(0, host.find('%')));  // fe80::1%eth0
  Literal literal{};
  if (::inet_pton(AF_INET6, text.c_str(), literal.data()) == 1) return literal;
  literal[10] = literal[11] = 0xFF;
  if (::inet_pton(AF_INET, text.c_str(), literal.data() + 12) == 1) return literal;
  return std::nullopt;
}

bool is_loopback(const Literal& address) {
  return address == *literal_of("::1") || (address[10] == 0xFF && address[12] == 127);
}

bool is_unspecified(const Literal& address) {
  return address == Literal{} || address == *literal_of("0.0.0.0");
}

// Whether a connection to `host`, as a URL has it, may lead to `address`. A name may be any.
bool may_lead_to(string_view host, string_view address) {
  const auto wanted = literal_of(host);
  const bool own_machine =
      equal_ignoring_case(host, "localhost") || (wanted && is_unspecified(*wanted));
  if (!wanted && !own_machine) return !host.empty();
  const auto actual = literal_of(address);
  if (!actual) return false;
  return own_machine ? is_loopback(*actual) : *wanted == *actual;
}

// Whether a server that listens at `host`, as a URL has it, may take connections at `address`.
bool may_listen_at(string_view host, string_view address) {
  const auto wanted = literal_of(host);
  return host.empty() || (wanted && is_unspecified(*wanted)) || may_lead_to(host, address);
}

bool only_udp(string_view scheme) {
  constexpr std::array schemes{"udp", "udplite", "rtp", "srtp", "srt", "rist", "prompeg"};
  return std::find(schemes.begin(), schemes.end(), scheme) != schemes.end();
}

// RTSP agrees on UDP ports of its own.
bool speaks_udp(string_view scheme) {
  return only_udp(scheme) || scheme == "rtsp";
}

// A session description names the ports in itself.
bool describes_session(string_view endpoint) {
  return lowered(endpoint.substr(0, endpoint.find('?'))).ends_with(".sdp");
}

bool same_protocol(const ConnectionSample& connection, string_view scheme) {
  return only_udp(scheme) == (connection.kind == ConnectionSample::Kind::udp);
}

struct Match {
  bool input = false;
  bool output = false;

  Side side() const {
    if (input == output) return Side::unknown;
    return input ? Side::input : Side::output;
  }
};

template <class Predicate>
Match match(const Endpoints& endpoints, Predicate fits) {
  const auto any = [&](const std::string& text) { return any_address(text, fits); };
  return {.input = std::any_of(endpoints.inputs.begin(), endpoints.inputs.end(), any),
          .output = std::any_of(endpoints.outputs.begin(), endpoints.outputs.end(), any)};
}

Match match_of_peer(const ConnectionSample& connection, const Endpoints& endpoints) {
  const HostAndPort peer = split(connection.peer);
  if (peer.port.empty()) return {};
  return match(endpoints, [&](const UrlAddress& own) {
    return same_protocol(connection, own.scheme) && own.port == peer.port &&
           may_lead_to(own.host, peer.host);
  });
}

Match match_of_listener(const ConnectionSample& connection, const Endpoints& endpoints) {
  const HostAndPort local = split(connection.local);
  if (local.port.empty()) return {};
  return match(endpoints, [&](const UrlAddress& own) {
    return same_protocol(connection, own.scheme) && own.port == local.port &&
           may_listen_at(own.host, local.host);
  });
}

Side side_of_direction(const ConnectionSample& connection) {
  const std::uint64_t in = connection.received_bytes;
  const std::uint64_t out =
      connection.acked_bytes + connection.unacked_bytes + connection.unsent_bytes;
  if (in >= decisive_bytes && in / decisive_ratio >= out) return Side::input;
  if (out >= decisive_bytes && out / decisive_ratio >= in) return Side::output;
  return Side::unknown;
}

std::optional<unsigned> number_of(string_view text) {
  unsigned number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() && !text.empty() ? std::optional(number) : std::nullopt;
}

// `?localport=5004`, `&localrtcpport=5005`: whatever it is called.
bool asks_for_local_port(string_view endpoint, unsigned port) {
  const string_view query = endpoint.substr(std::min(endpoint.find('?'), endpoint.size()));
  for (std::size_t at = query.find("local"); at != string_view::npos;
       at = query.find("local", at + 1)) {
    const string_view option = query.substr(at, query.substr(at).find('&'));
    const std::size_t equals = option.find('=');
    if (equals == string_view::npos || !option.substr(0, equals).ends_with("port")) continue;
    if (number_of(option.substr(equals + 1)) == port) return true;
  }
  return false;
}

// The port that FFmpeg receives at stands in the input's URL, whatever its host: that is the
// sender's, a group's, or none. RTP's next one is RTCP's.
bool receives_at(string_view endpoint, unsigned port) {
  return any_address(endpoint, [port](const UrlAddress& own) {
    const auto first = number_of(own.port);
    const bool has_pair = own.scheme == "rtp" || own.scheme == "srtp";
    return only_udp(own.scheme) && first && (port == *first || (has_pair && port == *first + 1));
  });
}

bool is_srt_listener(string_view endpoint) {
  return endpoint.find("mode=listener") != string_view::npos;
}

// Of UDP: the local port alone tells, as a URL's host is seldom what the socket is bound to.
Match match_of_local_port(const ConnectionSample& connection, const Endpoints& endpoints) {
  const auto port = number_of(split(connection.local).port);
  if (!port || connection.kind != ConnectionSample::Kind::udp) return {};
  return {.input = std::ranges::any_of(endpoints.inputs,
                                       [&](const std::string& text) {
                                         return receives_at(text, *port) ||
                                                asks_for_local_port(text, *port);
                                       }),
          .output = std::ranges::any_of(endpoints.outputs, [&](const std::string& text) {
            return asks_for_local_port(text, *port) ||
                   (is_srt_listener(text) && receives_at(text, *port));
          })};
}

// A socket without a peer is no resolver's.
Side side_that_speaks_udp(const ConnectionSample& connection, const Endpoints& endpoints) {
  if (connection.kind != ConnectionSample::Kind::udp || !connection.peer.empty()) {
    return Side::unknown;
  }
  Match speaks = match(endpoints, [](const UrlAddress& own) { return speaks_udp(own.scheme); });
  speaks.input = speaks.input || std::ranges::any_of(endpoints.inputs, describes_session);
  return speaks.side();
}

}  // namespace

Side side_of(const ConnectionSample& connection, const Endpoints& endpoints) {
  Side side = match_of_peer(connection, endpoints).side();
  if (side == Side::unknown) side = side_of_direction(connection);
  if (side == Side::unknown) side = match_of_local_port(connection, endpoints).side();
  if (side == Side::unknown) side = match_of_listener(connection, endpoints).side();
  if (side == Side::unknown) side = side_that_speaks_udp(connection, endpoints);
  return side;
}

bool is_of_endpoint(const ConnectionSample& connection, const Endpoints& endpoints) {
  const Match peer = match_of_peer(connection, endpoints);
  const Match listener = match_of_listener(connection, endpoints);
  const Match port = match_of_local_port(connection, endpoints);
  return peer.input || peer.output || listener.input || listener.output || port.input ||
         port.output;
}

std::size_t inputs_sharing(const ConnectionSample& connection, const Endpoints& endpoints) {
  if (connection.kind != ConnectionSample::Kind::tcp) return 0;
  const auto leads_there = [&](const std::string& endpoint) {
    const Match one = match_of_peer(connection, {.inputs = {endpoint}, .outputs = {}});
    return one.input;
  };
  if (std::ranges::none_of(endpoints.outputs, leads_there)) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(endpoints.inputs, leads_there));
}

std::vector<std::uint16_t> tcp_ports_of(const Endpoints& endpoints) {
  std::vector<std::uint16_t> ports;
  match(endpoints, [&](const UrlAddress& own) {
    std::uint16_t port = 0;
    const auto read = std::from_chars(own.port.data(), own.port.data() + own.port.size(), port);
    if (read.ec == std::errc() && port > 0 && !only_udp(own.scheme)) ports.push_back(port);
    return false;  // go on
  });
  std::ranges::sort(ports);
  const auto doubles = std::ranges::unique(ports);
  ports.erase(doubles.begin(), doubles.end());
  return ports;
}

}  // namespace monitor
