#pragma once

#include <optional>
#include <string>
#include <vector>

#include "monitor/connection_sample.hpp"
#include "monitor/ffmpeg/progress.hpp"
#include "monitor/host_sample.hpp"
#include "monitor/output.hpp"
#include "monitor/process_sample.hpp"
#include "monitor/time.hpp"

namespace monitor {

// What is measured of one life of FFmpeg at one moment, for display: metrics, the API, the page.
// Decisions are made from Evidence and the detectors' faults, never from this. Watch::readings
// makes it; the snapshot holds it whole. A metric from a witness is a member here, a line there and
// a row of http/metrics. Empty members: not measured (yet), or no witness reports it.
struct Readings {
  std::optional<Progress> progress;      // the last block
  std::optional<ProcessSample> process;  // the last sample
  std::optional<HostSample> host;        // … of its control group and machine

  // Over the last 10 s, not since the launch.
  std::optional<double> fps;
  std::optional<double> speed;         // of real time
  std::optional<double> bitrate_bps;   // of the output
  std::optional<double> baseline_bps;  // what the bitrate is compared with

  ConnectionSamples connections;        // as last seen
  std::optional<double> delivered_bps;  // acknowledged by the sinks, over the last 10 s
  std::optional<bool> sink_is_taking;   // by the kernel's counters and the server's statistics
  std::vector<OutputReading> outputs;   // in the command's order
  std::vector<std::string> witnesses;   // sentences, the strongest first; secrets masked

  std::optional<double> memory_growth_bytes_per_second;
  std::optional<Duration> memory_limit_in;  // at the present growth
  std::optional<Duration> lag;              // behind the live edge of the source
  std::optional<double> lag_growth;         // seconds a second
};

}  // namespace monitor
