#include "monitor/detectors/bitrate.hpp"

#include <algorithm>

#include "monitor/text/sentence.hpp"

namespace monitor {

namespace {

constexpr int late_windows = 12;      // 2 min of 10 s: many scenes
constexpr int late_hold_windows = 3;  // a few low scenes in a row must pass

Fault fault_of(const RateDrop& drop, Instant now) {
  const double baseline_bps = drop.baseline_bps().value_or(0);
  return {Cause::bitrate_drop, false,
          sentence("Bitrate %.0f kbit/s over the last %g s, %.0f %% of the %.0f kbit/s it had in "
                   "health, for %.0f s.",
                   drop.bps() / 1000, seconds(drop.window()), 100 * drop.bps() / baseline_bps,
                   baseline_bps / 1000, seconds(now - *drop.since()))};
}

}  // namespace

BitrateDetector::BitrateDetector(const BitrateDrop& limit)
    : limit_(limit),
      soon_(limit.percent, limit.window, limit.hold),
      late_(limit.percent, late_windows * limit.window,
            std::max(limit.hold, late_hold_windows * limit.window)) {
}

void BitrateDetector::on_progress(const Progress& block, Instant now) {
  soon_.on_progress(block, now);
  late_.on_progress(block, now);
}

void BitrateDetector::rebase() {
  soon_.rebase();
  late_.rebase();
}

Instant BitrateDetector::deadline() const {
  return std::min(soon_.deadline(), late_.deadline());
}

std::optional<Fault> BitrateDetector::check(Instant now) const {
  if (now >= soon_.deadline()) return fault_of(soon_, now);
  if (now >= late_.deadline()) return fault_of(late_, now);
  return {};
}

}  // namespace monitor
