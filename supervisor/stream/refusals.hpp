#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/limits.hpp"
#include "supervisor/log/log.hpp"
#include "supervisor/stream/prepared_command.hpp"

namespace supervisor {

// The name in FFmpeg's own line that it does not know it, where the supervisor alone has put it
// into the command: `Option 'direct' not found`. Empty: it is none.
std::string refused_name(const PreparedCommand& command, std::string_view line);

// What the supervisor adds to a command and this FFmpeg, too old or built without it, does not
// know. It is found by trying: to ask each FFmpeg first would delay every launch.
class Refusals {
 public:
  // Warns of a new one. `stream`: whose log it is.
  void add(const std::string& name, Log& log, const std::string& stream);
  void clear() { names_.clear(); }

  // Without what needs one of them: -stats_period (FFmpeg then reports each half second), what
  // looks at the content and the level, or all that looks.
  std::shared_ptr<const PreparedCommand> leave_out(std::shared_ptr<const PreparedCommand> command,
                                                   const monitor::Limits& limits) const;

 private:
  std::vector<std::string> names_;
};

}  // namespace supervisor
