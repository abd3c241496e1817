#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "monitor/tracks/now_playing.hpp"

namespace http {

enum class Control : std::uint8_t { start, stop, restart };

// What a receiver of alerts said of a test.
struct ReceiverAnswer {
  std::string receiver;  // its name
  std::string address;   // scheme, host and port; empty: the command
  bool delivered = false;
  std::string message;  // "accepted", or what went wrong; without secrets
};

// Result of a control request.
struct Outcome {
  unsigned status = 200;                       // of HTTP
  std::string message;                         // for the operator; without secrets
  std::vector<ReceiverAnswer> receivers = {};  // of a test of the alerts
};

// What the HTTP server calls on the supervising loop. Each function is called on the HTTP thread,
// must not block, and is empty where it is not supported. `answer` is called once, on any thread;
// by a stuck loop never.
struct SupervisorApi {
  // Answered by the loop's next iteration. At most one is outstanding at any time.
  std::function<void(std::function<void()> answer)> ping;
  // Of one stream, or of one of its outputs. 202: accepted; 404: no such stream, no such output;
  // 409: not in this state.
  struct Target {
    std::string stream;
    std::string output = {};  // empty: the stream itself
  };
  std::function<void(Target target, Control what, std::function<void(Outcome)> answer)> control;
  // Reload the configuration. 200: done, the message lists the changes; 422: refused, nothing was
  // changed, the message has the reason; 409: the supervisor is stopping.
  std::function<void(std::function<void(Outcome)> answer)> reload;
  // A marked test to every receiver of alerts. 200: done, with what each said; 409: none is
  // configured, another test is under way, the supervisor is stopping.
  std::function<void(std::function<void(Outcome)> answer)> test_alerts;
  // A report from AzuraCast's web hook. The loop finds the streams it belongs to. `is_trusted`: it
  // came with the hook's password; any other may be displayed, and must change no process.
  std::function<void(monitor::NowPlaying report, bool is_trusted)> on_now_playing;
};

}  // namespace http
