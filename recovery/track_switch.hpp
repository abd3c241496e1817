#pragma once

#include <optional>

#include "recovery/action.hpp"
#include "recovery/event.hpp"
#include "recovery/status.hpp"

namespace recovery {

// How long the output takes from the notice of a track change to its next advance; where a restart
// brings the track, to coming on air again. An observer of (event, step, status). A change that
// comes before the one before it has shown is part of that; one that a fault overtakes is given up.
class TrackSwitch {
 public:
  // The time a switch took, where this step ends one.
  std::optional<Duration> on(const Event& event, const Step& step, const Status& status,
                             Instant now);

 private:
  std::optional<Instant> since_;  // of the switch under way
  bool by_restart_ = false;
};

}  // namespace recovery
