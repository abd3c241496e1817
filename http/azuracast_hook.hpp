#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "monitor/tracks/now_playing.hpp"

namespace http {

// What is known of a POST to /webhook/azuracast. Views: valid during the call.
struct AzuracastCall {
  std::string_view authorization;  // the header as sent; empty without one
  std::string_view content_type;   // the same
  std::string_view body;
  bool from_loopback = false;  // the peer is 127.0.0.0/8 or ::1 (or ::ffff:127.0.0.0/104)
};

// What to answer, and with 200 what was heard.
struct AzuracastHeard {
  unsigned status = 200;  // 200, 400, 401, 413, 422
  std::string message;    // for the answer's body; repeats nothing of the request
  std::optional<monitor::NowPlaying> report;
};

// AzuraCast's own have some 10 KB.
inline constexpr std::size_t azuracast_body_bytes = 64 * 1024;
// For the answer with 401 where a password is set: what a client is to send.
inline constexpr std::string_view azuracast_challenge = "Basic realm=\"ffsupervisor\"";

// Hears AzuraCast's generic web hook. Pure. `password`: what Basic authorisation must bring, with
// any user name; compared in a time that does not tell where it differs. Empty: none is set, and
// only a peer on loopback is served.
//   401  the password is missing or wrong; none is set, and the peer is not on loopback
//   413  the body is too large
//   400  the body is not said to be JSON, or is none
//   422  the body is JSON, but not a now-playing object: the message names the member
AzuracastHeard hear_azuracast(const AzuracastCall& call, std::string_view password);

}  // namespace http
