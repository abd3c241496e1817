#include "monitor/detectors/freeze.hpp"

#include <algorithm>

#include "monitor/text/sentence.hpp"

namespace monitor {

namespace {

constexpr Duration usual_piece = std::chrono::seconds(3);

// A value that was absent ("N/A") has grown once it shows anything.
template <class Value>
bool grew(const std::optional<Value>& before, const std::optional<Value>& after) {
  return after && (before ? *after > *before : *after > Value{});
}

}  // namespace

FreezeDetector::FreezeDetector(Duration startup_timeout, Duration freeze_timeout,
                               Instant launched_at)
    : startup_timeout_(startup_timeout),
      freeze_timeout_(freeze_timeout),
      counted_from_(launched_at),
      stopped_(freeze_timeout) {
}

bool FreezeDetector::on_progress(const Progress& block, Instant now) {
  const bool advanced = advances(block);
  remember(block, now);
  last_block_ = now;
  if (!advanced) return false;
  advanced_ = true;
  counted_from_ = now;
  return true;
}

bool FreezeDetector::advances(const Progress& block) const {
  if (grew(last_.frame, block.frame)) return true;
  const bool has_video = std::max(last_.frame.value_or(0), block.frame.value_or(0)) > 1;
  if (has_video) return false;
  return grew(last_.out_time, block.out_time) ||
         grew(last_.total_size_bytes, block.total_size_bytes);
}

void FreezeDetector::remember(const Progress& block, Instant now) {
  if (grew(last_.out_time, block.out_time)) out_time_grew_at_ = now;
  if (block.frame) last_.frame = block.frame;
  if (block.out_time) last_.out_time = block.out_time;
  if (block.total_size_bytes) last_.total_size_bytes = block.total_size_bytes;
}

void FreezeDetector::on_sample(const ProcessSample& sample, Instant now) {
  stopped_.observe(is_stopped(sample), now);
}

void FreezeDetector::rebase(Instant now) {
  counted_from_ = now;
  stopped_.rebase();
}

Instant FreezeDetector::output_due_at() const {
  return counted_from_ + (advanced_ ? freeze_timeout_ : startup_timeout_);
}

std::optional<Fault> FreezeDetector::check(Instant now) const {
  if (now < deadline()) return {};
  if (now < output_due_at()) {
    const double stood = seconds(now - stopped_.since().value_or(now));
    return Fault{Cause::encoder_frozen,
                 true,
                 sentence("Stopped by a signal for %.1f s.", stood),
                 {},
                 Strength::proven};
  }
  const double waited = seconds(now - counted_from_);
  const std::string stands = what_stands();
  // Blocks that still come distinguish a hang inside FFmpeg from a process that does not run.
  const bool silent = !last_block_ || *last_block_ <= counted_from_;
  const char* const blocks = silent ? "no progress block has come" : "progress blocks still come";
  std::string text =
      !advanced_ ? sentence("No output within %.1f s of the launch; %s.", waited, blocks)
                 : sentence("No progress for %.1f s: %s; %s.", waited, stands.c_str(), blocks);
  return Fault{Cause::encoder_frozen, true, std::move(text), {}, Strength::proven};
}

// With the last block, or nearly: sound comes in pieces.
bool FreezeDetector::goes_on(std::optional<Instant> grew_at) const {
  return grew_at && *grew_at > counted_from_ && *last_block_ - *grew_at < usual_piece;
}

std::string FreezeDetector::what_stands() const {
  std::string stands;
  const auto add = [&stands](const std::string& what) {
    stands += (stands.empty() ? "" : " and ") + what;
  };
  if (last_.frame) add(sentence("frame has stood at %lld", static_cast<long long>(*last_.frame)));
  if (is_picture_alone()) return stands + " while out_time goes on";
  if (last_.out_time) add("out_time at " + clock_time(*last_.out_time));
  if (!last_.frame && last_.total_size_bytes) {
    add(sentence("total_size at %lld bytes", static_cast<long long>(*last_.total_size_bytes)));
  }
  return stands.empty() ? "nothing has been put out" : stands;
}

}  // namespace monitor
