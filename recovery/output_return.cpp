#include "recovery/output_return.hpp"

#include <algorithm>
#include <utility>

namespace recovery {

void OutputReturn::await(std::vector<std::string> outputs, Duration pace, Instant now) {
  if (outputs == awaited_) return;
  const bool begins = awaited_.empty();
  awaited_ = std::move(outputs);
  if (awaited_.empty()) return looks_.rest();
  if (begins) looks_.await(pace, now, now);
}

OutputReturn::Look OutputReturn::begin_look(Instant now) {
  const std::string& output = awaited_[next_++ % awaited_.size()];
  return {looks_.begin(now), output};
}

bool OutputReturn::accept(std::uint64_t number, const std::string& output, Instant now) {
  const bool is_lost = std::find(awaited_.begin(), awaited_.end(), output) != awaited_.end();
  return looks_.accept(number, now) && is_lost;
}

bool OutputReturn::may_launch(Duration first, Duration longest, Instant now) const {
  return launches_ == 0 || now - launched_at_ >= monitor::Backoff(first, longest).after(launches_);
}

void OutputReturn::on_launch(Instant now) {
  ++launches_;
  launched_at_ = now;
}

void OutputReturn::on_healthy() {
  if (awaited_.empty()) launches_ = 0;
}

}  // namespace recovery
