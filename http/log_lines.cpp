#include "http/log_lines.hpp"

#include <algorithm>
#include <utility>

namespace http {

void LogLines::add(std::string line) {
  auto shared = std::make_shared<const std::string>(std::move(line));
  const std::scoped_lock lock(mutex_);
  lines_.push_back(std::move(shared));
  bytes_ += lines_.back()->size();
  while (lines_.size() > lines_max || bytes_ > bytes_max) {
    bytes_ -= lines_.front()->size();
    lines_.pop_front();
  }
  count_.fetch_add(1, std::memory_order_release);
}

LogLines::Batch LogLines::after(std::uint64_t count) const {
  const std::scoped_lock lock(mutex_);
  Batch batch;
  batch.count = count_.load(std::memory_order_relaxed);
  const std::uint64_t added = batch.count - std::min(count, batch.count);
  const auto kept = static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(added, lines_.size()));
  batch.missed = added - static_cast<std::uint64_t>(kept);
  batch.lines.assign(lines_.end() - kept, lines_.end());
  return batch;
}

}  // namespace http
