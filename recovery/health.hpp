#pragma once

#include <optional>

#include "recovery/policy.hpp"

namespace recovery {

// When the primary was on air, for how long in all, and whether it has been well for a whole
// cooldown. A value; it never decides what follows.
//
// Time on air counts up to the last advance that was seen, so the silence before a fault was
// noticed is time off air. Well means advances, not time: a stream that froze just before the
// cooldown ends has not been healthy.
class Health {
 public:
  // A source or sink that came back counts as back after so long on air.
  static constexpr Duration lasting = 5s;

  // The account begins; once it has, nothing changes.
  void begin(Instant now);

  // The time off air before; empty the first time and after `forget`.
  std::optional<Duration> come_on_air(Instant now);
  // Seen well on air at `now`.
  void advance(Instant now);
  // Well since a whole cooldown. True the first time this is seen after coming on air.
  bool becomes_healthy(Duration cooldown, Instant now);

  // What passed since the last call counts as time on air, or off air, but for what was covered.
  void settle(bool on_air, Instant now);
  // Something stands in for what the primary does not give, from now on, or no more.
  void cover(bool is_covered, Instant now);
  // A fault is found to have begun at `began`, before it was noticed.
  void backdate(Instant began);
  // Off air from now on. `keeps_well`: a child with which nothing is wrong is replaced, and the
  // time towards the cooldown goes on when the next one is on air.
  void leave_air(bool keeps_well);
  // The time off air that follows is not a fault's.
  void forget() { last_good_at_.reset(); }

  bool has_lasted(Instant now) const { return on_air_since_ && now - *on_air_since_ >= lasting; }
  // When `becomes_healthy` can be true; `monitor::never` where it was.
  Instant healthy_at(Duration cooldown) const;

  std::optional<Instant> on_air_since() const { return on_air_since_; }
  std::optional<Instant> last_good_at() const { return last_good_at_; }
  Duration on_air_total() const { return on_air_total_; }
  Duration off_air_total() const { return off_air_total_; }
  Duration covered_total() const { return covered_total_; }
  // Of the time since `settled_at`, up to `covered_since` where that is set.
  Duration covered_unsettled() const { return covered_unsettled_; }
  std::optional<Instant> covered_since() const { return covered_since_; }
  // Up to when the totals reach; Instant{} before `begin`.
  Instant settled_at() const { return settled_at_; }

 private:
  std::optional<Instant> on_air_since_;
  std::optional<Instant> well_since_;  // counted towards the cooldown from here
  bool healthy_ = false;               // `becomes_healthy` was true, this time on air
  std::optional<Instant> last_good_at_;
  Duration on_air_total_{};
  Duration off_air_total_{};
  Duration covered_total_{};
  Duration covered_unsettled_{};
  std::optional<Instant> covered_since_;
  Instant settled_at_{};
};

}  // namespace recovery
