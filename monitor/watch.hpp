#pragma once

#include <optional>
#include <vector>

#include "monitor/bitrate.hpp"
#include "monitor/evidence.hpp"
#include "monitor/freeze.hpp"
#include "monitor/limits.hpp"
#include "monitor/load.hpp"
#include "monitor/rates.hpp"
#include "monitor/speed.hpp"

namespace monitor {

// All that is watched of one life of FFmpeg: the detectors and the evidence they leave. Made at
// each launch, dropped at the next, so no figure of one life is ever compared with another's.
class Watch {
 public:
  // `reports_progress` false: a command that is not FFmpeg, known by its exit alone; no detector of
  // progress runs.
  Watch(const Limits& limits, bool reports_progress, Instant launched_at);

  // True when the block advanced the stream.
  bool on_progress(const Progress& block, Instant now);
  void on_sample(const ProcessSample& sample, Instant now);
  void on_sign(const Sign& sign, std::string text, Instant now);
  void on_exit(const ExitStatus& status);
  void on_spawn_error(int error_number);
  // The clock went on while nobody could run: nothing that passed is held against FFmpeg.
  void forgive(Instant now);

  // What holds now, the off-air fault first.
  std::vector<Fault> check(Instant now) const;
  // The earliest deadline of the detectors later than `checked_at`, the instant of the last check:
  // a warning that stands has its own behind it, which must not hide the next one of another.
  Instant deadline(Instant checked_at) const;

  bool has_advanced() const { return freeze_.has_advanced(); }
  const Evidence& evidence() const { return evidence_; }
  const Rates& rates() const { return rates_; }
  std::optional<double> baseline_bps() const { return bitrate_.baseline_bps(); }

 private:
  bool reports_progress_;
  Evidence evidence_;
  FreezeDetector freeze_;
  BitrateDetector bitrate_;
  SpeedDetector speed_;
  CpuDetector cpu_;
  MemoryDetector memory_;
  Rates rates_;
};

}  // namespace monitor
