#include "monitor/detectors/reception.hpp"

#include <algorithm>

#include "monitor/text/sentence.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;

constexpr Duration standstill = 3s;  // slides come once a second
// Icecast counts anew each 5 s, SRS each 3 s.
constexpr Duration usual_gap = 5s;

}  // namespace

ReceptionDetector::ReceptionDetector(Duration stall_timeout) : stall_timeout_(stall_timeout) {
}

void ReceptionDetector::on_report(const SinkReport& report, Instant now) {
  note_silence(report, now);
  if (!report.answered) {
    last_ = report;
    is_receiving_.reset();
    note_good();
    return;
  }
  was_shown_ |= report.has_publisher;
  const bool had = last_ && last_->answered && last_->has_publisher;
  const bool counts = report.received_bytes.has_value();
  const bool grew =
      counts && had && last_->received_bytes && *report.received_bytes != *last_->received_bytes;
  const bool first = report.has_publisher && !had;
  if (grew || first) note_growth(now);
  const bool is_well = report.has_publisher && (!counts || !stands(now));
  last_ = report;
  if (is_well) {
    note_good();
    if (grew) is_receiving_ = true;
    return;
  }
  if (!was_shown_) return;
  is_receiving_ = false;
  if (!missing_since_) missing_since_ = report.has_publisher ? *grew_at_ : now;
  ++bad_reports_;
}

void ReceptionDetector::note_growth(Instant now) {
  if (grew_at_ && !missing_since_) longest_gap_ = std::max(longest_gap_, now - *grew_at_);
  grew_at_ = now;
}

Duration ReceptionDetector::longest_usual() const {
  return std::max(usual_gap, longest_gap_) * 3 / 2;
}

std::optional<Instant> ReceptionDetector::receives_until() const {
  if (is_receiving_ != true || !grew_at_) return std::nullopt;
  return *grew_at_ + longest_usual();
}

// One that is looked at more often than it counts stands between two counts.
bool ReceptionDetector::stands(Instant now) const {
  return grew_at_ && now - *grew_at_ > longest_usual();
}

void ReceptionDetector::note_silence(const SinkReport& report, Instant now) {
  ever_answered_ |= report.answered;
  if (!report.silent_for)
    silent_since_.reset();
  else if (ever_answered_ && !silent_since_)
    silent_since_ = now - *report.silent_for;
}

// While FFmpeg puts nothing out there is nothing to receive.
void ReceptionDetector::on_advance(Instant now) {
  if (!advanced_at_ || now - *advanced_at_ > standstill) advancing_since_ = now;
  advanced_at_ = now;
}

void ReceptionDetector::on_acknowledged(bool grew, Instant now) {
  if (grew || !acknowledged_at_) acknowledged_at_ = now;
}

void ReceptionDetector::note_good() {
  missing_since_.reset();
  bad_reports_ = 0;
}

void ReceptionDetector::rebase() {
  note_good();
  silent_since_.reset();
  grew_at_.reset();
}

Instant ReceptionDetector::deadline() const {
  if (bad_reports_ < 2 || !advanced_at_ || *advanced_at_ <= *missing_since_) return never;
  const Instant acknowledged = acknowledged_at_.value_or(Instant::min());
  return std::max({*missing_since_, advancing_since_, acknowledged}) + stall_timeout_;
}

std::optional<Fault> ReceptionDetector::check(Instant now) const {
  if (now < deadline()) return std::nullopt;
  const double lasted = seconds(now - *missing_since_);
  // Where the kernel shows no connection, nothing else testifies.
  const Strength strength = acknowledged_at_ ? Strength::proven : Strength::possible;
  if (!last_->has_publisher) {
    return Fault{Cause::sink_lost, true,
                 sentence("The receiving server has known no publisher of this stream for %.1f s, "
                          "while FFmpeg goes on.",
                          lasted),
                 missing_since_, strength};
  }
  return Fault{Cause::sink_stalled, true,
               sentence("The receiving server has received no byte from this publisher for %.1f s "
                        "(%.1f MB before), while FFmpeg goes on.",
                        lasted, static_cast<double>(last_->received_bytes.value_or(0)) / 1e6),
               missing_since_, strength};
}

}  // namespace monitor
