#include "monitor/detectors/byte_rate.hpp"

#include <algorithm>

namespace monitor {

namespace {

constexpr double step_weight = 1.0 / 16;  // of the newest in the usual step

}  // namespace

bool ByteRate::on_size(std::int64_t total_size_bytes, Instant now) {
  const std::optional<std::int64_t> before = last_size_;
  last_size_ = total_size_bytes;
  if (!before) return false;
  if (total_size_bytes < *before) {
    restart();
    return true;
  }
  if (total_size_bytes == *before) return false;
  if (!settled_at_) settled_at_ = now + window_;
  if (now >= *settled_at_) {
    const double step = static_cast<double>(total_size_bytes) - static_cast<double>(*before);
    if (usual_step_bytes_ == 0) usual_step_bytes_ = step;
    usual_step_bytes_ += step_weight * (step - usual_step_bytes_);
    add({now, total_size_bytes});
  }
  return false;
}

// The first growth stays in front while it is the newest one that is a whole window old.
void ByteRate::add(Growth growth) {
  const std::size_t size = growths_.size();
  if (size >= 2 && growth.at - growths_[size - 2].at < window_ / growths_per_window) {
    growths_.back() = growth;
  } else {
    growths_.push_back(growth);
  }
  while (growths_.size() > 2 && growths_[1].at <= growth.at - window_) {
    growths_.erase(growths_.begin());
  }
}

void ByteRate::restart() {
  growths_.clear();
  settled_at_.reset();
}

std::optional<double> ByteRate::bps(Instant now) const {
  if (growths_.size() < 2) return {};
  const Growth& last = growths_.back();
  // The growths between grow old while none comes.
  std::size_t front = 0;
  while (front + 2 < growths_.size() && growths_[front + 1].at <= now - window_) ++front;
  const Growth& first = growths_[front];
  if (now - first.at < window_) return {};
  const double bytes =
      static_cast<double>(last.total_bytes) - static_cast<double>(first.total_bytes);
  const double measured = bytes / seconds(last.at - first.at);
  const double at_most = (bytes + usual_step_bytes_) / seconds(now - first.at);
  return 8 * std::min(measured, at_most);
}

}  // namespace monitor
