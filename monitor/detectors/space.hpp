#pragma once

#include <optional>
#include <vector>

#include "monitor/cause.hpp"
#include "monitor/host_sample.hpp"
#include "monitor/limits.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Detects that no space is left where FFmpeg writes files. For HLS, FFmpeg itself reports nothing:
// the segments just stay empty.
class SpaceDetector {
 public:
  void adjust(const Limits&) {}  // has no limit of its own
  void rebase() {}               // a full disk does not depend on time

  void on_space(const std::vector<SpaceSample>& folders, Instant now);

  // host_disk_full: off air with nothing left, a warning while little is.
  std::optional<Fault> check(Instant now) const;
  Instant deadline() const;

 private:
  std::optional<SpaceSample> tightest_;
  std::optional<Instant> seen_at_;  // … to be too little
};

}  // namespace monitor
