#include "monitor/detectors/speed.hpp"

#include "monitor/text/sentence.hpp"

namespace monitor {

namespace {

constexpr double longest_step = 1.5;  // seconds of output time in one block, and what a start loses
constexpr Duration speed_window = 10s;  // evens out the bursts of segmented sources

}  // namespace

SpeedDetector::SpeedDetector(const MinSpeed& limit)
    : limit_(limit), rates_(speed_window), below_(limit.hold) {
}

void SpeedDetector::on_progress(const Progress& block, Instant now) {
  if (!block.out_time || !has_begun(block, now)) return;
  rates_.on_progress(block, now);
  const std::optional<double> speed = rates_.speed(now);
  below_.observe(speed && *speed < limit_.ratio - allowance(now), now);
}

// Slides move in steps of a second: while the window fills, that is a good part of it.
double SpeedDetector::allowance(Instant now) const {
  const Duration measured = now - *begun_at_;
  return measured < speed_window ? longest_step / seconds(measured) : 0;
}

bool SpeedDetector::has_begun(const Progress& block, Instant now) {
  if (begun_at_) return true;
  const bool grew = first_out_time_ && *block.out_time > *first_out_time_;
  if (grew && block.out_time->count() > 0) begun_at_ = now;
  first_out_time_ = block.out_time;
  return begun_at_.has_value();
}

void SpeedDetector::rebase() {
  rates_.rebase();
  below_.rebase();
}

std::optional<Fault> SpeedDetector::check(Instant now) const {
  if (!below_.check(now)) return {};
  return Fault{Cause::encoder_slow, false,
               sentence("Speed %.2fx over the last %.0f s, below %gx for %.0f s.",
                        rates_.speed(now).value_or(0), seconds(speed_window), limit_.ratio,
                        seconds(now - *below_.since()))};
}

Instant SpeedDetector::deadline() const {
  return below_.deadline();
}

}  // namespace monitor
