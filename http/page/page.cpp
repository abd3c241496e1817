#include "http/page/page.hpp"

#include <map>

#include "http/encoding.hpp"
#include "http/page/asset.hpp"

namespace http {
namespace {

// Scripts, styles and requests: this origin only. No other site may put the page into a frame.
constexpr std::string_view security_headers =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n";

bool wants_html(std::string_view accept) {
  return accept.find("text/html") != std::string_view::npos;
}

const Asset* find(const Request& request) {
  if (request.path == "/" && !wants_html(request.accept)) return nullptr;
  for (const Asset& asset : assets()) {
    if (asset.path == request.path) return &asset;
  }
  return nullptr;
}

// A list of quoted tags, some with W/ before them, or `*` (RFC 9110, 13.1.2).
bool is_known(const Asset& asset, std::string_view if_none_match) {
  return if_none_match == "*" || if_none_match.find(asset.etag) != std::string_view::npos;
}

using Body = std::shared_ptr<const std::string>;

// One copy, shared by all connections.
Body packed(const Asset& asset) {
  thread_local std::map<std::string_view, Body> bodies;
  Body& body = bodies[asset.path];
  if (!body) body = std::make_shared<std::string>(asset.packed);
  return body;
}

}  // namespace

bool is_of_page(const Request& request) {
  return find(request) != nullptr;
}

Reply page(const Request& request) {
  const Asset* const asset = find(request);
  Reply reply{200, asset->content_type, nullptr, std::string(security_headers)};
  reply.cache_control = "no-cache";  // kept, and asked for again: 304 while it is the same
  reply.headers += "ETag: " + std::string(asset->etag) + "\r\nVary: Accept, Accept-Encoding\r\n";
  if (is_known(*asset, request.if_none_match)) {
    reply.status = 304;
    reply.body = std::make_shared<std::string>();
    return reply;
  }
  if (accepts_gzip(request.accept_encoding)) {
    reply.headers += "Content-Encoding: gzip\r\n";
    reply.body = packed(*asset);
  } else {
    reply.body = std::make_shared<std::string>(gunzip(asset->packed, asset->size));
  }
  return reply;
}

}  // namespace http
