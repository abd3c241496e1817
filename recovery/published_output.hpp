#pragma once

#include <string>

#include "monitor/output.hpp"
#include "recovery/status.hpp"

namespace recovery {

// What the core of a publisher comes to for the stream whose output it publishes. `input_is_idle`:
// nothing comes from the encoder. `since`: of the report's state, as the caller has seen it begin.
// `is_stopped`: as asked, which a publisher that was never launched does not show.
monitor::OutputReport report_on(const std::string& output, const Status& publisher,
                                bool input_is_idle, Instant since, bool is_stopped = false);

}  // namespace recovery
