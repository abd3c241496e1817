#include "monitor/detectors/corruption.hpp"

#include "monitor/text/sentence.hpp"

namespace monitor {
namespace {

constexpr std::uint64_t reports_needed =
    20;  // reports in the seconds kept; 1 ‰ of damaged bytes gives 150

std::int64_t second_of(Instant now) {
  return std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
}

}  // namespace

void CorruptionDetector::on_sign(const Sign& sign, Instant now) {
  if (sign.cause != Cause::source_corrupt) return;
  const std::int64_t number = second_of(now);
  Second& second = seconds_.at(static_cast<std::size_t>(number) % seconds_kept);
  if (second.number != number) second = {number, 0};
  ++second.reports;
  last_at_ = now;
}

std::uint64_t CorruptionDetector::recent(Instant now) const {
  const std::int64_t oldest = second_of(now) - static_cast<std::int64_t>(seconds_kept) + 1;
  std::uint64_t sum = 0;
  for (const Second& second : seconds_) {
    if (second.number >= oldest) sum += second.reports;
  }
  return sum;
}

std::optional<Fault> CorruptionDetector::check(Instant now) const {
  const std::uint64_t reports = recent(now);
  if (reports < reports_needed) return std::nullopt;
  return Fault{Cause::source_corrupt, false,
               sentence("FFmpeg has reported damaged input %llu times in the last %zu s.",
                        static_cast<unsigned long long>(reports), seconds_kept)};
}

Instant CorruptionDetector::deadline() const {
  return last_at_ && recent(*last_at_) >= reports_needed ? *last_at_ : never;
}

}  // namespace monitor
