#include "http/parsed_request.hpp"

#include <algorithm>
#include <iterator>

#include "http/request_path.hpp"
#include "monitor/text/ascii.hpp"

namespace http {
namespace {

namespace beast_http = boost::beast::http;
using beast_http::field;

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

// What a client itself sends, AzuraCast's or another; `origin` and `sec-fetch-…` are judged by
// themselves (is_cross_site).
constexpr std::string_view fields_of_clients[] = {
    "host",   "user-agent", "connection", "authorization",     "accept",
    "expect", "origin",     "referer",    "transfer-encoding", "dnt"};
constexpr std::string_view prefixes_of_clients[] = {"content-", "accept-", "sec-fetch-"};

bool is_of_a_client(std::string_view name) {
  const std::string field = monitor::lowered(name);
  return std::ranges::find(fields_of_clients, field) != std::end(fields_of_clients) ||
         std::ranges::any_of(prefixes_of_clients,
                             [&](std::string_view prefix) { return field.starts_with(prefix); });
}

// By a proxy: the peer is not the one who calls. Proxies name themselves in many ways, so any field
// counts that is not a client's own.
bool is_forwarded(const Parser& parser) {
  return !std::ranges::all_of(
      parser.get(), [](const auto& header) { return is_of_a_client(view(header.name_string())); });
}

}  // namespace

Peer peer_of(const boost::asio::ip::tcp::socket& socket) {
  boost::system::error_code error;
  boost::asio::ip::address address = socket.remote_endpoint(error).address();
  if (error) return {};
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  }
  return {address.to_string(), address.is_loopback()};
}

Refusal refusal_of_parsing(const boost::system::error_code& error) {
  if (error == beast_http::error::header_limit) return {431, "the request's header is too large"};
  if (error == beast_http::error::body_limit) return {413, "the request's body is too large"};
  return {400, "malformed HTTP request"};
}

RequestHead head_of(const Parser& parser) {
  const auto& request = parser.get();
  RequestHead head{request.version(), view(request.target()), {}, parser.chunked()};
  for (const auto& header : request) {
    head.fields.emplace_back(view(header.name_string()), view(header.value()));
  }
  return head;
}

std::string_view path_of(const Parser& parser) {
  return without_trailing_slash(parts_of(view(parser.get().target())).path);
}

Request request_of(const Parser& parser, const Peer& peer) {
  const auto& request = parser.get();
  return {view(request.method_string()),
          path_of(parser),
          parts_of(view(request.target())).query,
          view(request[field::accept_encoding]),
          view(request[field::authorization]),
          view(request[field::content_type]),
          request.body(),
          peer.is_loopback,
          peer.address,
          host_of(head_of(parser)),
          view(request[field::origin]),
          view(request["Sec-Fetch-Site"]),
          view(request[field::accept]),
          view(request[field::if_none_match]),
          is_forwarded(parser)};
}

KeepAlive keep_alive_of(const Parser& parser) {
  if (!parser.get().keep_alive()) return KeepAlive::no;
  return parser.get().version() < 11 ? KeepAlive::yes_and_say_so : KeepAlive::yes;
}

}  // namespace http
