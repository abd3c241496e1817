#include "monitor/detectors/source_gaps.hpp"

#include <algorithm>

namespace monitor {
namespace {

using namespace std::chrono_literals;

// What is seen of a source is seen once a second: between two looks each one is silent.
constexpr Duration shortest_gap = 1500ms;

}  // namespace

void SourceGaps::note(Instant since, Instant now) {
  if (now - since < shortest_gap) return;
  while (!gaps_.empty() && now - gaps_.front().end >= window) gaps_.pop_front();
  if (gaps_.empty() || gaps_.back().begin != since) gaps_.push_back({since, now});
  gaps_.back().end = now;
}

Duration SourceGaps::total(Instant now) const {
  Duration sum{};
  for (const Gap& gap : gaps_) {
    sum += std::max(Duration{}, gap.end - std::max(gap.begin, now - window));
  }
  return sum;
}

}  // namespace monitor
