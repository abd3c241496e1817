#include "monitor/tracks/azuracast_clock.hpp"

#include <algorithm>
#include <cmath>

namespace monitor {
namespace {

// AzuraCast adds 5 s to the `elapsed` it reports, its static files are up to 10 s old.
constexpr double usual_offset = 15;  // s
constexpr double agreement = 10;     // s, between the least and the greatest offset

double unix_seconds(WallClock wall) {
  return std::chrono::duration<double>(wall.time_since_epoch()).count();
}

}  // namespace

void AzuracastClock::on_report(const NowPlaying& report, ReportChannel channel, WallClock wall) {
  if (channel == ReportChannel::hook || report.made_at <= 0) return;
  offsets_[count_ % kept] = unix_seconds(wall) - static_cast<double>(report.made_at);
  ++count_;
}

double AzuracastClock::now(WallClock wall) const {
  return unix_seconds(wall) - skew();
}

double AzuracastClock::skew() const {
  if (count_ < kept) return 0;
  const auto [least, greatest] = std::ranges::minmax(offsets_);
  const bool agree = greatest - least < agreement;
  return agree && std::abs(least) > usual_offset ? least : 0;
}

}  // namespace monitor
