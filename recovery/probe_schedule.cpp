#include "recovery/probe_schedule.hpp"

#include <algorithm>
#include <cmath>

namespace recovery {

namespace {

using std::chrono_literals::operator""s;

constexpr double first_probes = 15;  // `shortest` apart, before they get rarer
constexpr Duration answer_limit =
    30s;  // the hands answer within seconds; one that is lost costs this

}  // namespace

void ProbeSchedule::watch(Duration pace, Instant now) {
  if (!known_) return;
  awaits_ = false;
  under_way_ = false;
  pace_ = pace;
  due_at_ = now + pace;
}

void ProbeSchedule::watch_at_once(Duration pace, Instant now) {
  if (!known_ || under_way_) return;
  watch(pace, now);
  due_at_ = begun_at_ == Instant::min() ? now : std::max(now, begun_at_ + pace);
}

void ProbeSchedule::await(Duration pace, Instant missing_since, Instant now) {
  if (!known_) return;
  awaits_ = true;
  under_way_ = false;
  pace_ = pace;
  missing_since_ = missing_since;
  due_at_ = now;
}

void ProbeSchedule::hasten(Instant now) {
  if (!known_ || awaits_) return;
  awaits_ = true;
  missing_since_ = now;
  due_at_ = now + std::min(pace_, shortest_);
}

void ProbeSchedule::rest() {
  under_way_ = false;
  due_at_ = monitor::never;
}

std::uint64_t ProbeSchedule::begin(Instant now) {
  under_way_ = true;
  begun_at_ = now;
  due_at_ = now + answer_limit;
  return ++number_;
}

bool ProbeSchedule::accept(std::uint64_t number, Instant now) {
  if (!under_way_ || number != number_) return false;
  under_way_ = false;
  due_at_ = now + interval(now);
  return true;
}

Duration ProbeSchedule::interval(Instant now) const {
  if (!awaits_) return pace_;
  const double lasted = (now - missing_since_) / (shortest_ * first_probes);
  const auto interval =
      std::chrono::duration_cast<Duration>(shortest_ * std::sqrt(std::max(1.0, lasted)));
  return std::min(pace_, interval);
}

}  // namespace recovery
