#pragma once

#include <optional>

#include "monitor/cause.hpp"
#include "monitor/limits.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Detects that FFmpeg puts out, and that nothing of it can be published: no MPEG-TS, none of whose
// streams the parameters are known, no frame that a player could begin with. For outputs that
// FFmpegs of their own publish.
//
// The relay says so of each output, and FFmpeg's own figures advance meanwhile. A publisher has
// startup_timeout to be on air and says then what it lacks itself; what a GOP of some seconds holds
// up comes within `more`.
class UnpublishedDetector {
 public:
  static constexpr Duration more = std::chrono::seconds(15);

  explicit UnpublishedDetector(Duration startup_timeout) : timeout_(startup_timeout + more) {}
  void adjust(const Limits& limits) { timeout_ = limits.startup_timeout + more; }

  // `awaits_media`: of the outputs that are not down none has had anything to publish lately.
  void on_reports(bool awaits_media);
  void on_advance(bool awaits_media, Instant now);
  // The process could not run until now: the time that passed counts for nothing.
  void rebase() { since_.reset(); }

  // Off air: encoder_failed. At an advance.
  std::optional<Fault> check(Instant now) const;
  Instant deadline() const { return since_ ? *since_ + timeout_ : never; }

 private:
  Duration timeout_;
  std::optional<Instant> since_;  // it puts out in vain
  Instant advanced_at_{};
};

}  // namespace monitor
