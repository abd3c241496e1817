#pragma once

#include <optional>
#include <vector>

#include "monitor/cause.hpp"
#include "monitor/ffmpeg/content_mark.hpp"
#include "monitor/limits.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Detects dead air: silence, a picture that does not move, a black one, for the duration in the
// limits. The first two filters report when their duration has passed already; black is reported at
// its first frame and held here.
class ContentDetector {
 public:
  explicit ContentDetector(const Content& limits);
  void adjust(const Limits&) {}  // the filters are FFmpeg's: they change with its next launch

  void on_mark(const ContentMark& mark, Instant now);
  // Nothing advanced meanwhile: a condition may have ended unseen. Its time counts anew, as the
  // filters do not report a lasting condition again.
  void rebase(Instant now);

  // Faults source_silent, source_frozen_picture, source_black; warnings (off_air false): what is
  // done about them is the limits' `action`.
  std::vector<Fault> check(Instant now) const;
  // The earliest at which another fault is due; of those later than the last check, if that is
  // given: a fault that stands has its deadline behind it, which must not hide the next one.
  Instant deadline(Instant checked_at = Instant::min()) const;

 private:
  struct Since {
    Instant from;       // when it began, as we saw it
    double at_seconds;  // … of the stream's own time
  };
  std::optional<Since>* span_of(ContentMark::Kind kind);  // null: not looked for
  Duration passed_at(ContentMark::Kind kind) const;       // … already when its mark comes

  Content limits_;
  std::optional<Since> silence_, frozen_picture_, black_;
};

}  // namespace monitor
