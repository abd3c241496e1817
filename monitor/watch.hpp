#pragma once

#include <optional>
#include <vector>

#include "monitor/detectors/arrival.hpp"
#include "monitor/detectors/bitrate.hpp"
#include "monitor/detectors/content.hpp"
#include "monitor/detectors/corruption.hpp"
#include "monitor/detectors/delivery.hpp"
#include "monitor/detectors/freeze.hpp"
#include "monitor/detectors/load.hpp"
#include "monitor/detectors/rates.hpp"
#include "monitor/detectors/reception.hpp"
#include "monitor/detectors/space.hpp"
#include "monitor/detectors/speed.hpp"
#include "monitor/detectors/throttle.hpp"
#include "monitor/evidence.hpp"
#include "monitor/forecast/lag_forecast.hpp"
#include "monitor/forecast/memory_forecast.hpp"
#include "monitor/limits.hpp"
#include "monitor/observation.hpp"
#include "monitor/readings.hpp"

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
  void on_observation(const Observation& what, Instant now);
  void on_sign(const Sign& sign, std::string text, Instant now);
  void on_exit(const ExitStatus& status);
  void on_spawn_error(int error_number);
  // The clock went on while nobody could run: nothing that passed is held against FFmpeg.
  void rebase(Instant now);

  // Other limits from now on. What is measured goes on; a detector that holds a condition for a
  // time begins anew where its own limit differs. `content` and `stats_period` are FFmpeg's own:
  // they come with its next launch.
  void adjust(const Limits& limits);

  // What holds now, the off-air fault first.
  std::vector<Fault> check(Instant now);
  // The earliest deadline of the detectors later than `checked_at`, the instant of the last check:
  // a warning that stands has its own behind it, which must not hide the next one of another.
  Instant deadline(Instant checked_at) const;

  bool has_advanced() const { return freeze_.has_advanced(); }
  const Evidence& evidence() const { return evidence_; }
  // For display.
  Readings readings(Instant now) const;
  const DeliveryDetector& delivery() const { return delivery_; }
  const MemoryForecast& memory_forecast() const { return memory_forecast_; }
  const LagForecast& lag_forecast() const { return lag_forecast_; }
  // Data is really being taken, as the kernel and the server's statistics see it; empty where
  // neither does.
  std::optional<bool> sink_is_taking() const;

 private:
  void on(const ProcessSample& sample, Instant now);
  void on(const ConnectionSamples& all, Instant now);
  void on(const HostSample& sample, Instant now);
  void on(const std::vector<SpaceSample>& folders, Instant now);
  void on(const SinkReport& report, Instant now);
  void on(const ContentMark& mark, Instant now);
  void refresh_evidence(Instant now);
  bool is_path_silent() const;

  bool reports_progress_;
  Limits limits_;
  Evidence evidence_;
  FreezeDetector freeze_;
  BitrateDetector bitrate_;
  SpeedDetector speed_;
  CpuDetector cpu_;
  MemoryDetector memory_;
  DeliveryDetector delivery_;
  ArrivalDetector arrival_;
  ReceptionDetector reception_;
  SpaceDetector space_;
  CorruptionDetector corruption_;
  ContentDetector content_;
  MemoryForecast memory_forecast_;
  LagForecast lag_forecast_;
  Throttle throttle_;
  Rates rates_;
  ConnectionSamples connections_;  // as last seen
};

}  // namespace monitor
