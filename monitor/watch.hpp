#pragma once

#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "monitor/detectors/arrival.hpp"
#include "monitor/detectors/bitrate.hpp"
#include "monitor/detectors/content.hpp"
#include "monitor/detectors/corruption.hpp"
#include "monitor/detectors/delivery.hpp"
#include "monitor/detectors/freeze.hpp"
#include "monitor/detectors/input_flow.hpp"
#include "monitor/detectors/load.hpp"
#include "monitor/detectors/outputs.hpp"
#include "monitor/detectors/pipe_output.hpp"
#include "monitor/detectors/rates.hpp"
#include "monitor/detectors/reception.hpp"
#include "monitor/detectors/source_gaps.hpp"
#include "monitor/detectors/space.hpp"
#include "monitor/detectors/speed.hpp"
#include "monitor/detectors/throttle.hpp"
#include "monitor/detectors/unpublished.hpp"
#include "monitor/evidence.hpp"
#include "monitor/forecast/lag_forecast.hpp"
#include "monitor/forecast/memory_forecast.hpp"
#include "monitor/limits.hpp"
#include "monitor/observation.hpp"
#include "monitor/readings.hpp"
#include "monitor/window.hpp"

namespace monitor {

// All that is watched of one life of FFmpeg: the detectors and the evidence they leave. Made at
// each launch, dropped at the next, so no figure of one life is ever compared with another's.
class Watch {
 public:
  // `reports_progress` false: a command that is not FFmpeg, known by its exit alone; no detector of
  // progress runs. `outputs`: of the command.
  Watch(const Limits& limits, bool reports_progress, Instant launched_at,
        std::vector<Output> outputs = {});

  // True when the block advanced the stream.
  bool on_progress(const Progress& block, Instant now);
  void on_observation(const Observation& what, Instant now);
  void on_sign(const Sign& sign, std::string text, Instant now);
  // A look at the source from outside FFmpeg.
  void on_look(const SourceLook& look) { detectors_.arrival.on_look(look); }
  void on_exit(const ExitStatus& status);
  void on_spawn_error(int error_number, const std::string& program = {});
  // The clock went on while the process could not run (a paused container, a suspended machine):
  // the time that passed counts for no fault.
  void rebase(Instant now);

  // Other limits from now on. What is measured goes on; a detector that holds a condition for a
  // time begins anew where its own limit differs. `content` and `stats_period` are FFmpeg's own:
  // they come with its next launch.
  void adjust(const Limits& limits);
  // What the command writes to, where another configuration names other published outputs.
  void set_outputs(const std::vector<Output>& outputs) { detectors_.outputs.set_outputs(outputs); }

  // What holds now, the off-air fault first.
  std::vector<Fault> check(Instant now);
  // The earliest deadline of the detectors later than `checked_at`, the instant of the last check:
  // a warning that stands has its own behind it, which must not hide the next one of another.
  Instant deadline(Instant checked_at) const;

  bool has_advanced() const { return detectors_.freeze.has_advanced(); }
  const Evidence& evidence() const { return evidence_; }
  // For display.
  Readings readings(Instant now) const;
  const DeliveryDetector& delivery() const { return detectors_.delivery; }
  const MemoryForecast& memory_forecast() const { return memory_forecast_; }
  const OutputsDetector& outputs() const { return detectors_.outputs; }
  // An output's connection is established and acknowledged, and that of each required one. Where
  // the command's outputs are not known: any that is not an input's.
  bool output_is_connected() const;
  // FFmpeg has a connection to an output, in whatever state: it opens its outputs once it has its
  // inputs.
  bool has_opened_output() const;
  // It has the UDP socket of an output and has reported nothing: where that is a listener's (SRT),
  // no receiver has called yet. With one it reports as soon as it has a frame of each output.
  bool has_silent_datagram_output() const;
  // What the source has sent lately has arrived, and FFmpeg has read all of it. False where no
  // connection of an input can be seen.
  bool source_delivers(Instant now) const;
  // Data is really being taken, as the kernel and the server's statistics see it; empty where
  // neither does.
  std::optional<bool> sink_is_taking() const;

 private:
  // In the order in which their faults are reported: what a witness saw is stronger than missing
  // output. A further detector is a member here and a word in `all`; what its witness sees goes to
  // it in one of the handlers below.
  struct Detectors {
    Detectors(const Limits& limits, Instant launched_at, std::vector<Output> written)
        : outputs(std::move(written), limits.sink_stall_timeout),
          delivery(limits.sink_stall_timeout, limits.freeze_timeout),
          reception(limits.sink_stall_timeout),
          arrival(limits.source_stall_timeout, launched_at),
          unpublished(limits.startup_timeout),
          freeze(limits.startup_timeout, limits.freeze_timeout, launched_at),
          bitrate(limits.bitrate_drop),
          speed(limits.min_speed),
          cpu(limits.cpu_percent),
          memory(limits.memory_mb),
          content(limits.content) {}

    OutputsDetector outputs;
    DeliveryDetector delivery;
    ReceptionDetector reception;
    SpaceDetector space;
    ArrivalDetector arrival;
    UnpublishedDetector unpublished;
    FreezeDetector freeze;
    BitrateDetector bitrate;
    SpeedDetector speed;
    CpuDetector cpu;
    MemoryDetector memory;
    CorruptionDetector corruption;
    ContentDetector content;

    template <class Self>
    static auto all(Self& self) {
      return std::tie(self.delivery, self.outputs, self.reception, self.space, self.arrival,
                      self.unpublished, self.freeze, self.bitrate, self.speed, self.cpu,
                      self.memory, self.corruption, self.content);
    }
  };

  void on(const ProcessSample& sample, Instant now);
  void on(const ConnectionSamples& all, Instant now);
  void on(const HostSample& sample, Instant now);
  void on(const WaitSample& sample, Instant now);
  void on(const SinkReport& report, Instant now);
  void on(const std::vector<SpaceSample>& folders, Instant now) {
    detectors_.space.on_space(folders, now);
  }
  void on(const OutputReports& reports, Instant) {
    detectors_.outputs.on_reports(reports);
    detectors_.unpublished.on_reports(detectors_.outputs.awaits_media());
  }
  void on(const ContentMark& mark, Instant now) { detectors_.content.on_mark(mark, now); }

  // Whether what a detector finds counts at present.
  template <class Detector>
  bool counts(const Detector&) const {
    return true;
  }
  // Without progress nothing is known to have come out.
  bool counts(const FreezeDetector&) const { return reports_progress_; }
  // While FFmpeg waits in a write to a pipe it does not wait for its source, however silent that
  // is.
  bool counts(const ArrivalDetector&) const { return reports_progress_ && !evidence_.output_pipe; }
  // While the network loses packets the server cannot receive them: DeliveryDetector judges that.
  bool counts(const ReceptionDetector&) const { return !is_path_silent(); }

  template <class Detector>
  auto find(const Detector& detector, Instant now) const {
    return detector.check(now);
  }
  std::optional<Fault> find(const FreezeDetector& freeze, Instant now) const;
  bool is_analysing(Instant now) const;
  bool goes_on(Instant now) const;

  void refresh_evidence(Instant now);
  void name_outputs(std::vector<Fault>& faults, Instant now) const;
  std::vector<std::string> sentences() const;
  std::vector<OutputReading> output_readings(Instant now) const;
  bool is_path_silent() const;
  bool waits_for_sink() const;
  bool makes_first_frame(Instant now) const;
  void note_gap(Instant now);
  Duration explained_by_source(Instant now) const;

  bool reports_progress_;
  Limits limits_;
  Evidence evidence_;
  Detectors detectors_;
  MemoryForecast memory_forecast_;
  LagForecast lag_forecast_;
  PipeOutput pipe_output_;
  Throttle throttle_;
  InputFlow input_flow_;
  SourceGaps source_gaps_;
  Rates rates_;
  ConnectionSamples connections_;  // as last seen
  struct Kills {
    Instant at;
    std::optional<std::uint64_t> count;
  };
  Window<Kills> oom_kills_;  // of the last moments, oldest first
};

}  // namespace monitor
