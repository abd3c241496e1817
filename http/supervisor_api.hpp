#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "monitor/tracks/now_playing.hpp"

namespace http {

enum class Control : std::uint8_t { start, stop, restart };

// What became of something that was asked for.
struct Outcome {
  unsigned status = 200;  // of HTTP
  std::string message;    // for people, without secrets
};

// What the HTTP side asks of the supervising loop. Each is called from the HTTP thread, must not
// block, and may be empty where the loop does not offer it. `answer` is called once, from any
// thread; a stuck loop never does.
struct SupervisorApi {
  // As soon as the loop turns. At most one is outstanding at any time.
  std::function<void(std::function<void()> answer)> ping;
  // 202: will be done; 404: no such stream; 409: not in this state.
  std::function<void(std::string stream, Control what, std::function<void(Outcome)> answer)>
      control;
  // Read the configuration anew. 200: done, the message says what changed; 422: refused, nothing
  // has changed, the message says why; 409: the supervisor is stopping.
  std::function<void(std::function<void(Outcome)> answer)> reload;
  // AzuraCast's web hook brought this. The loop finds the streams it is of.
  std::function<void(monitor::NowPlaying report)> hear;
};

}  // namespace http
