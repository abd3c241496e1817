#include "monitor/watch.hpp"

#include <algorithm>
#include <utility>

namespace monitor {

namespace {

constexpr Duration figures_window = 10s;  // of the rates shown to people

}  // namespace

Watch::Watch(const Limits& limits, bool reports_progress, Instant launched_at)
    : reports_progress_(reports_progress),
      freeze_(limits.startup_timeout, limits.freeze_timeout, launched_at),
      bitrate_(limits.bitrate_drop),
      speed_(limits.min_speed),
      cpu_(limits.cpu_percent),
      memory_(limits.memory_mb),
      rates_(figures_window) {
  evidence_.launched_at = launched_at;
  evidence_.last_advance = launched_at;
}

bool Watch::on_progress(const Progress& block, Instant now) {
  if (!reports_progress_) return false;
  evidence_.last_block = now;
  evidence_.progress = block;
  rates_.on_progress(block, now);
  bitrate_.on_progress(block, now);
  speed_.on_progress(block, now);
  if (!freeze_.on_progress(block, now)) return false;
  if (!evidence_.first_advance) evidence_.first_advance = now;
  evidence_.last_advance = now;
  return true;
}

void Watch::on_sample(const ProcessSample& sample, Instant now) {
  evidence_.sample = sample;
  freeze_.on_sample(sample, now);
  cpu_.on_sample(sample, now);
  memory_.on_sample(sample, now);
}

void Watch::on_sign(const Sign& sign, std::string text, Instant now) {
  remember(evidence_, {sign, std::move(text), now});
}

void Watch::on_exit(const ExitStatus& status) {
  evidence_.exit = status;
}

void Watch::on_spawn_error(int error_number) {
  evidence_.spawn_error = error_number;
}

void Watch::forgive(Instant now) {
  freeze_.forgive(now);
  bitrate_.forgive();
  speed_.forgive();
  cpu_.forgive();
  memory_.forgive();
  rates_.forgive();
}

std::vector<Fault> Watch::check(Instant now) const {
  std::vector<Fault> faults;
  const auto add = [&faults](std::optional<Fault> fault) {
    if (fault) faults.push_back(std::move(*fault));
  };
  if (reports_progress_) {
    add(freeze_.check(now));
    add(bitrate_.check(now));
    add(speed_.check(now));
  }
  add(cpu_.check(now));
  add(memory_.check(now));
  return faults;
}

Instant Watch::deadline(Instant checked_at) const {
  Instant earliest = never;
  const auto add = [&earliest, checked_at](Instant deadline) {
    if (deadline > checked_at) earliest = std::min(earliest, deadline);
  };
  if (reports_progress_) {
    add(freeze_.deadline());
    add(bitrate_.deadline());
    add(speed_.deadline());
  }
  add(cpu_.deadline());
  add(memory_.deadline());
  return earliest;
}

}  // namespace monitor
