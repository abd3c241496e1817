#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "monitor/tracks/now_playing.hpp"

namespace http {

// A POST to /webhook/azuracast. Views: valid during the call.
struct AzuracastCall {
  std::string_view authorization;  // the header as sent; empty without one
  std::string_view content_type;   // the same
  std::string_view body;
  bool from_loopback = false;  // the peer is 127.0.0.0/8 or ::1 (or ::ffff:127.0.0.0/104)
  bool is_cross_site = false;  // a page of another site sent it
  bool is_forwarded = false;   // a proxy did: the peer is not the one who calls
};

// The answer; with 200 the report as well.
struct AzuracastResult {
  unsigned status = 200;  // 200, 400, 401, 403, 413, 422
  std::string message;    // for the answer's body; contains nothing of the request
  std::optional<monitor::NowPlaying> report;
};

// As many as the poll takes. AzuraCast's own bodies are about 10 KB, and hundreds with lyrics.
inline constexpr std::size_t azuracast_body_bytes = 1024 * 1024;
// WWW-Authenticate of the answer with 401 where a password is set.
inline constexpr std::string_view azuracast_challenge = "Basic realm=\"ffsupervisor\"";

// Whether the call may be heard, by its head alone: 401, 403, or 400 for the content type. Pure.
std::optional<AzuracastResult> refusal_of(const AzuracastCall& call, std::string_view password);

// Checks and parses AzuraCast's generic web hook. Pure. `password`: expected in Basic
// authorization, with any user name; compared in constant time. Empty: none is set, and only a peer
// on loopback is accepted, which a browser or a proxy on this machine is as well: neither is heard.
//   403  a page of another site sent it
//   401  the password is missing or wrong; none is set, and the peer is not on loopback, or a proxy
//   413  the body is too large
//   400  the content type is not JSON, or the body is not valid JSON
//   422  the body is JSON, but not a now-playing object: the message has the member
AzuracastResult handle_azuracast_hook(const AzuracastCall& call, std::string_view password);

}  // namespace http
