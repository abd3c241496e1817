#include "monitor/detectors/content.hpp"

#include <algorithm>

#include "monitor/text/sentence.hpp"

namespace monitor {

namespace {

// 00:12:31
std::string whole_clock(double at_seconds) {
  const std::chrono::duration<double> time(std::max(0.0, at_seconds));
  std::string text = clock_time(std::chrono::duration_cast<std::chrono::microseconds>(time));
  text.resize(text.size() - 3);
  return text;
}

}  // namespace

ContentDetector::ContentDetector(const Content& limits) : limits_(limits) {
}

std::optional<ContentDetector::Since>* ContentDetector::span_of(ContentMark::Kind kind) {
  switch (kind) {
    case ContentMark::Kind::silence:
      return limits_.silence ? &silence_ : nullptr;
    case ContentMark::Kind::frozen_picture:
      return limits_.frozen_picture ? &frozen_picture_ : nullptr;
    case ContentMark::Kind::black:
      return limits_.black ? &black_ : nullptr;
  }
  return nullptr;
}

Duration ContentDetector::passed_at(ContentMark::Kind kind) const {
  if (kind == ContentMark::Kind::silence) return limits_.silence->duration;
  if (kind == ContentMark::Kind::frozen_picture) return limits_.frozen_picture->duration;
  return Duration::zero();
}

void ContentDetector::on_mark(const ContentMark& mark, Instant now) {
  auto* const span = span_of(mark.kind);
  if (span == nullptr) return;
  if (!mark.begins) {
    span->reset();
    return;
  }
  *span = Since{now - passed_at(mark.kind), mark.at_seconds};
}

void ContentDetector::rebase(Instant now) {
  for (auto* span : {&silence_, &frozen_picture_, &black_}) {
    if (*span) (*span)->from = now;
  }
}

std::vector<Fault> ContentDetector::check(Instant now) const {
  std::vector<Fault> faults;
  const auto add = [&](Cause cause, const std::optional<Since>& span, Duration limit,
                       const std::string& what) {
    if (!span || now - span->from < limit) return;
    const std::string since = whole_clock(span->at_seconds);
    faults.push_back(Fault{cause, false,
                           sentence("%s for %.0f s, since %s of the stream.", what.c_str(),
                                    seconds(now - span->from), since.c_str()),
                           span->from});
  };
  if (limits_.silence)
    add(Cause::source_silent, silence_, limits_.silence->duration,
        sentence("Silence (below %g dB)", limits_.silence->noise_db));
  if (limits_.frozen_picture)
    add(Cause::source_frozen_picture, frozen_picture_, limits_.frozen_picture->duration,
        sentence("Frozen picture (changes below %g dB)", limits_.frozen_picture->noise_db));
  if (limits_.black) add(Cause::source_black, black_, limits_.black->duration, "Black picture");
  return faults;
}

Instant ContentDetector::deadline(Instant checked_at) const {
  Instant earliest = never;
  const auto consider = [&](const std::optional<Since>& span, Duration limit) {
    if (!span || span->from + limit <= checked_at) return;
    earliest = std::min(earliest, span->from + limit);
  };
  if (limits_.silence) consider(silence_, limits_.silence->duration);
  if (limits_.frozen_picture) consider(frozen_picture_, limits_.frozen_picture->duration);
  if (limits_.black) consider(black_, limits_.black->duration);
  return earliest;
}

}  // namespace monitor
