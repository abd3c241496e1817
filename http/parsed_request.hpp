#pragma once

#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "http/framing.hpp"
#include "http/reply.hpp"

namespace http {

// What Beast's parser holds, in this server's own words. Views into the parser: valid as long as it
// is not moved on.

using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

// The remote end of a connection; empty where it has disconnected.
struct Peer {
  std::string address;  // of IPv4 where it is one that IPv6 has mapped
  bool is_loopback = false;
};
Peer peer_of(const boost::asio::ip::tcp::socket& socket);

// The answer to what the parser does not take.
Refusal refusal_of_parsing(const boost::system::error_code& error);

// Once the parser has the whole head.
RequestHead head_of(const Parser& parser);
std::string_view path_of(const Parser& parser);
Request request_of(const Parser& parser, const Peer& peer);
KeepAlive keep_alive_of(const Parser& parser);

}  // namespace http
