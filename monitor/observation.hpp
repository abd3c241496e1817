#pragma once

#include <variant>
#include <vector>

#include "monitor/connection_sample.hpp"
#include "monitor/detectors/space.hpp"
#include "monitor/ffmpeg/content_mark.hpp"
#include "monitor/host_sample.hpp"
#include "monitor/output.hpp"
#include "monitor/process_sample.hpp"
#include "monitor/sink_report.hpp"
#include "monitor/wait_sample.hpp"

namespace monitor {

// What one witness beside FFmpeg's own progress and stderr saw of the present child, at one time. A
// new witness adds an alternative here, a handler in Watch and a row in
// supervisor/stream/witnesses; events and core pass it on unread.
//
// A probe that answers at once has `read()`. One that may take its time is a function
// `probe_x(executor, WHAT, timeout, done)`: it never blocks, and calls `done(Observation)` once,
// from the executor, never from within the call.
using Observation = std::variant<ProcessSample, ConnectionSamples, HostSample, WaitSample,
                                 std::vector<SpaceSample>, SinkReport, ContentMark, OutputReports>;

// Calls `rewrite(std::string&)` with each text in it that may hold a secret.
template <class Rewrite>
void for_each_text(Observation& what, Rewrite rewrite) {
  if (auto* report = std::get_if<SinkReport>(&what)) rewrite(report->sentence);
  if (auto* outputs = std::get_if<OutputReports>(&what)) {
    for (OutputReport& report : *outputs) rewrite(report.sentence);
  }
  if (auto* folders = std::get_if<std::vector<SpaceSample>>(&what)) {
    for (SpaceSample& folder : *folders) rewrite(folder.path);
  }
}

}  // namespace monitor
