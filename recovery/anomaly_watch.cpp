#include "recovery/anomaly_watch.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace recovery {

using namespace std::chrono_literals;

namespace {

constexpr double errors_together = 4;     // minutes: a fault and the restarts after it
constexpr Duration check_interval = 10s;  // minutes are counted; more often finds no more
constexpr Duration over_after = 15min;    // so that one at its limit is reported once
constexpr std::string_view kind_names[] = {"restarts", "errors", "bitrate"};
static_assert(std::size(kind_names) == anomaly_kind_count);

template <class Wanted, class Variant>
bool is(const Variant& variant) {
  return std::holds_alternative<Wanted>(variant);
}

bool asks_for_a_launch(const Event& event, const Step& step, const Status& status) {
  const auto* reload = std::get_if<Reconfigured>(&event);
  if (is<RestartRequested>(event) || (reload && reload->primary_changed)) return true;
  if (!is<StartRequested>(event)) return false;
  // A start of what runs asks for nothing.
  const bool runs = status.state == State::starting || status.state == State::on_air;
  return !runs || std::any_of(step.actions.begin(), step.actions.end(), is<Launch, Action>);
}

// A life of the primary that is not being stopped.
bool is_of_running_primary(const Status& status, Generation generation) {
  return status.pid && status.generation == generation && status.role == Role::primary &&
         status.state != State::stopping;
}

}  // namespace

std::string_view name(AnomalyKind kind) {
  return kind_names[static_cast<std::size_t>(kind)];
}

AnomalyWatch::AnomalyWatch() : restarts_("Restarts"), errors_("Errors", errors_together) {
}

void AnomalyWatch::on(const Event& event, const Step& step, const Status& status, Instant now) {
  if (status.state == State::stopped) return rest(now);
  wake(now);
  count_restart(event, step, status, now);
  count_errors(event, step, status, now);
  follow_bitrate(event, status, now);
  if (now >= next_check_) check(now);
}

void AnomalyWatch::rest(Instant now) {
  if (stopped_at_) return;
  stopped_at_ = now;
  present_ = {};
}

void AnomalyWatch::wake(Instant now) {
  if (!stopped_at_) return;
  const Duration rested = now - *std::exchange(stopped_at_, std::nullopt);
  restarts_.leave_out(rested);
  errors_.leave_out(rested);
}

void AnomalyWatch::count_restart(const Event& event, const Step& step, const Status& status,
                                 Instant now) {
  const bool is_on_purpose =
      std::any_of(step.notices.begin(), step.notices.end(), is<RestartedOnPurpose, Notice>);
  if (asks_for_a_launch(event, step, status) || is_on_purpose) launch_is_asked_for_ = true;
  const auto* launched = std::get_if<Launched>(&event);
  if (!launched || !is_of_running_primary(status, launched->generation)) return;
  launch_was_asked_for_ = std::exchange(launch_is_asked_for_, false);
  if (!launch_was_asked_for_) restarts_.on_event(now);
}

void AnomalyWatch::count_errors(const Event& event, const Step& step, const Status& status,
                                Instant now) {
  const auto* sign = std::get_if<SignSeen>(&event);
  const bool is_said = sign && is_of_running_primary(status, sign->generation);
  const bool is_opened =
      std::any_of(step.notices.begin(), step.notices.end(), is<IncidentOpened, Notice>);
  if (is_said || is_opened) errors_.on_event(now);
}

void AnomalyWatch::follow_bitrate(const Event& event, const Status& status, Instant now) {
  const bool is_on_air = status.state == State::on_air && status.role == Role::primary;
  const auto present = is_on_air ? std::optional(status.generation) : std::nullopt;
  if (followed_ != present || is<Paused>(event)) bitrate_.rebase();
  followed_ = present;
  const auto* seen = std::get_if<ProgressSeen>(&event);
  if (!seen || seen->generation != followed_ || !seen->progress.total_size_bytes) return;
  bitrate_.on_size(*seen->progress.total_size_bytes, now);
}

void AnomalyWatch::check(Instant now) {
  next_check_ = now + check_interval;
  set(AnomalyKind::restarts, restarts_.check(now), now);
  set(AnomalyKind::errors, errors_.check(now), now);
  set(AnomalyKind::bitrate, bitrate_.check(), now);
}

void AnomalyWatch::set(AnomalyKind kind, std::optional<monitor::Anomaly> found, Instant now) {
  const auto index = static_cast<std::size_t>(kind);
  if (found) last_found_[index] = now;
  if (!found && now - last_found_[index] < over_after) return;
  present_[index] = std::move(found);
}

std::vector<AnomalyChange> AnomalyWatch::take_changes() {
  std::vector<AnomalyChange> changes;
  for (std::size_t i = 0; i < anomaly_kind_count; ++i) {
    const bool is_over = !present_[i];
    if (announced_[i].has_value() == present_[i].has_value()) continue;
    changes.push_back(
        {static_cast<AnomalyKind>(i), is_over, is_over ? *announced_[i] : *present_[i]});
    announced_[i] = present_[i];
  }
  return changes;
}

}  // namespace recovery
