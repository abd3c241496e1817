#include "monitor/detectors/rate_drop.hpp"

#include <algorithm>
#include <utility>

namespace monitor {

using namespace std::chrono_literals;

namespace {

constexpr double gap_weight = 1.0 / 8;    // of the newest in the usual gap
constexpr double back_in_health = 1.1;    // × the limit, or a rate on the edge would flap
constexpr Duration learning_margin = 2s;  // a block late is still the drop's beginning

}  // namespace

RateDrop::RateDrop(double percent, Duration window, Duration hold)
    : window_(window), hold_(hold), rate_(window), baseline_(percent, window), below_(hold) {
}

void RateDrop::on_progress(const Progress& block, Instant now) {
  note_block(now);
  if (!block.total_size_bytes) return;
  if (rate_.on_size(*block.total_size_bytes, now)) rebase();  // another file, another counter
  const std::optional<double> bps = rate_.bps(now);
  if (!bps) return;
  judge(*bps, now);
  learn(*bps, now);
  judged_at_ = now;
}

void RateDrop::note_block(Instant now) {
  if (last_block_) {
    const Duration gap = now - *last_block_;
    if (gap > silence_after()) below_.leave_out(gap);
    if (usual_gap_ == Duration::zero()) usual_gap_ = gap;
    usual_gap_ += std::chrono::duration_cast<Duration>(gap_weight * (gap - usual_gap_));
  }
  last_block_ = now;
}

// Longer without a block is silence.
Duration RateDrop::silence_after() const {
  return std::max(std::min(window_, hold_) / 4, 4 * usual_gap_);
}

void RateDrop::judge(double bps, Instant now) {
  bps_ = bps;
  const double limit_bps = baseline_.limit_bps().value_or(0);
  below_.observe(bps < limit_bps * (dropped_ ? back_in_health : 1), now);
  const bool had_dropped = std::exchange(dropped_, below_.check(now));
  if (had_dropped && !dropped_) return_to_health();
  if (below_.since() && now - *below_.since() > longest_scene()) {
    unlearned_.clear();
    long_drop_ = dropped_;
  }
}

// A fall that ended by itself so soon was a scene, and shows how low this stream's scenes are.
Duration RateDrop::longest_scene() const {
  return 2 * (window_ + hold_);
}

void RateDrop::return_to_health() {
  dropped_ = false;
  if (std::exchange(long_drop_, false)) baseline_.restart_level();
}

void RateDrop::learn(double bps, Instant now) {
  const Duration spent = judged_at_ ? std::min(now - *judged_at_, window_) : Duration::zero();
  if (long_drop_) {
    baseline_.forget(bps, spent);
    return;
  }
  const Duration spacing = std::max(window_ / 8, 2 * longest_scene() / unlearned_limit);
  const Duration since_last = unlearned_.empty() ? spacing : now - unlearned_.back().at;
  if (since_last >= spacing) {
    unlearned_.push_back({now, bps, std::min(since_last, window_)});
  }
  if (dropped_) return;
  const Duration delay = window_ + hold_ + learning_margin;
  while (!unlearned_.empty() && unlearned_.front().at <= now - delay) {
    baseline_.learn(unlearned_.front().bps, unlearned_.front().time);
    unlearned_.pop_front();
  }
}

void RateDrop::rebase() {
  rate_.restart();
  below_.rebase();
  unlearned_.clear();
  judged_at_.reset();
  if (dropped_) return_to_health();
}

// Holds from the end of `hold` on, unless silence began before.
Instant RateDrop::deadline() const {
  if (!below_.since() || !last_block_) return never;
  return below_.deadline() <= *last_block_ + silence_after() ? below_.deadline() : never;
}

}  // namespace monitor
