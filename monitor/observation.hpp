#pragma once

#include <variant>
#include <vector>

#include "monitor/connection_sample.hpp"
#include "monitor/detectors/content.hpp"
#include "monitor/detectors/space.hpp"
#include "monitor/host_sample.hpp"
#include "monitor/process_sample.hpp"
#include "monitor/sink_report.hpp"

namespace monitor {

// What one witness beside FFmpeg's own progress and stderr saw of the present child, at one time. A
// new witness adds an alternative here and a handler in Watch; the events, the core and the driver
// pass it on without knowing what it is.
using Observation = std::variant<ProcessSample, ConnectionSamples, HostSample,
                                 std::vector<SpaceSample>, SinkReport, ContentMark>;

}  // namespace monitor
