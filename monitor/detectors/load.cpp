#include "monitor/detectors/load.hpp"

#include "monitor/text/sentence.hpp"

namespace monitor {

using namespace std::chrono_literals;

namespace {

constexpr Duration cpu_hold = 30s;     // an encoder's start and a scene change are shorter
constexpr Duration memory_hold = 10s;  // a reload of a large input is shorter
constexpr double bytes_per_mib = 1024.0 * 1024.0;

double percent_of_allowed(const ProcessSample& sample) {
  return sample.cpu_percent / sample.cpus_allowed;
}

double mib(const ProcessSample& sample) {
  return static_cast<double>(sample.rss_bytes) / bytes_per_mib;
}

}  // namespace

CpuDetector::CpuDetector(double percent) : percent_(percent), above_(cpu_hold) {
}

void CpuDetector::on_sample(const ProcessSample& sample, Instant now) {
  last_ = sample;
  above_.observe(percent_of_allowed(sample) > percent_, now);
}

void CpuDetector::rebase() {
  above_.rebase();
}

std::optional<Fault> CpuDetector::check(Instant now) const {
  if (!above_.check(now)) return {};
  return Fault{
      Cause::cpu_high, false,
      sentence("CPU at %.0f %% of what FFmpeg may use (%.0f %% of one CPU, %g CPUs allowed), "
               "above %g %% for %.0f s.",
               percent_of_allowed(last_), last_.cpu_percent, last_.cpus_allowed, percent_,
               seconds(now - *above_.since()))};
}

Instant CpuDetector::deadline() const {
  return above_.deadline();
}

MemoryDetector::MemoryDetector(double mb) : mb_(mb), above_(memory_hold) {
}

void MemoryDetector::on_sample(const ProcessSample& sample, Instant now) {
  last_ = sample;
  above_.observe(mib(sample) > mb_, now);
}

void MemoryDetector::rebase() {
  above_.rebase();
}

std::optional<Fault> MemoryDetector::check(Instant now) const {
  if (!above_.check(now)) return {};
  return Fault{Cause::memory_high, false,
               sentence("Memory at %.0f MiB, above %g MiB for %.0f s.", mib(last_), mb_,
                        seconds(now - *above_.since()))};
}

Instant MemoryDetector::deadline() const {
  return above_.deadline();
}

}  // namespace monitor
