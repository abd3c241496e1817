#pragma once

#include <optional>

#include "monitor/detectors/byte_rate.hpp"
#include "monitor/detectors/hold_timer.hpp"
#include "monitor/detectors/rate_baseline.hpp"
#include "monitor/ffmpeg/progress.hpp"
#include "monitor/time.hpp"
#include "monitor/window.hpp"

namespace monitor {

// Whether the rate over one window has stood below what is normal for the stream, for `hold`.
//
// The baseline learns from health only: a rate is learned after `window` + `hold` and a margin,
// when it is known not to have been the beginning of a drop. So a drop never becomes the new normal
// while it lasts, but for the baseline's half-life of hours. A fall that ends by itself within
// twice that time was a scene of the stream and is learned from.
class RateDrop {
 public:
  RateDrop(double percent, Duration window, Duration hold);

  void on_progress(const Progress& block, Instant now);
  // The process could not run until now: the time that passed counts for no fault.
  void rebase();

  // The instant from which on it holds, `never` while the rate is normal. Time without blocks does
  // not count.
  Instant deadline() const;

  double bps() const { return bps_; }
  std::optional<Instant> since() const { return below_.since(); }
  std::optional<double> baseline_bps() const { return baseline_.bps(); }
  Duration window() const { return window_; }

 private:
  struct Unlearned {
    Instant at;
    double bps;
    Duration time;
  };
  static constexpr int unlearned_limit = 64;

  void note_block(Instant now);
  Duration silence_after() const;
  Duration longest_scene() const;
  void judge(double bps, Instant now);
  void return_to_health();
  void learn(double bps, Instant now);

  Duration window_;
  Duration hold_;
  ByteRate rate_;
  RateBaseline baseline_;
  HoldTimer below_;
  Duration usual_gap_{};  // between blocks
  std::optional<Instant> last_block_;
  std::optional<Instant> judged_at_;
  double bps_ = 0;
  bool dropped_ = false;
  bool long_drop_ = false;       // … for longer than any scene: nothing is learned from it
  Window<Unlearned> unlearned_;  // oldest first; spaced so that unlearned_limit are enough
};

}  // namespace monitor
