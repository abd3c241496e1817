#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "monitor/cause.hpp"
#include "monitor/ffmpeg/stderr_log.hpp"
#include "monitor/limits.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Detects that FFmpeg keeps reporting damaged input while it runs. Single reports are normal in a
// broadcast.
class CorruptionDetector {
 public:
  void adjust(const Limits&) {}  // has no limit of its own
  void rebase() {}               // earlier reports of FFmpeg stay counted

  void on_sign(const Sign& sign, Instant now);

  // Fault{source_corrupt}, a warning: two reports a second or more, over the last seconds.
  std::optional<Fault> check(Instant now) const;
  Instant deadline() const;

 private:
  static constexpr std::size_t seconds_kept = 10;

  std::uint64_t recent(Instant now) const;

  struct Second {
    std::int64_t number = -1;  // of the clock
    std::uint64_t reports = 0;
  };
  std::array<Second, seconds_kept> seconds_{};
  std::optional<Instant> last_at_;
};

}  // namespace monitor
