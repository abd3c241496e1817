#include "recovery/track_switch.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace recovery {

namespace {

template <class Wanted>
bool holds(const Step& step) {
  return std::any_of(step.notices.begin(), step.notices.end(),
                     [](const Notice& notice) { return std::holds_alternative<Wanted>(notice); });
}

// Time on air is settled at each advance.
bool advances(const Event& event, const Status& status, Instant now) {
  return std::holds_alternative<ProgressSeen>(event) && status.state == State::on_air &&
         status.settled_at == now;
}

bool is_under_way(const Status& status, bool by_restart) {
  if (status.role != Role::primary) return false;
  if (status.state == State::starting || status.state == State::on_air) return true;
  return by_restart && status.state == State::stopping;
}

}  // namespace

std::optional<Duration> TrackSwitch::on(const Event& event, const Step& step, const Status& status,
                                        Instant now) {
  if (since_) {
    const bool shows = by_restart_ ? holds<CameOnAir>(step) : advances(event, status, now);
    if (shows) return now - *std::exchange(since_, std::nullopt);
    if (status.failed || !is_under_way(status, by_restart_)) since_.reset();
    return std::nullopt;
  }
  for (const Notice& notice : step.notices) {
    const auto* begun = std::get_if<TrackSwitchBegun>(&notice);
    if (begun == nullptr) continue;
    since_ = now;
    by_restart_ = begun->by_restart;
  }
  return std::nullopt;
}

}  // namespace recovery
