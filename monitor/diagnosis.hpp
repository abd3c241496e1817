#pragma once

#include <optional>

#include "monitor/cause.hpp"
#include "monitor/evidence.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Whose fault it is. Pure: the same evidence gives the same verdict.
//
// `fault` is the detector's finding that led here; empty when the process ended, or could not be
// launched, by itself. The most telling stderr sign decides; without one, how the process ended
// (a signal: encoder_crashed; code 0: source_ended; another code: encoder_failed), or the fault's
// own cause. Each verdict carries at least one sentence.
//
// `reports_progress` is false for a command that is not FFmpeg: code 0 is then no source's end.
Verdict diagnose(const Evidence& evidence, const std::optional<Fault>& fault, Instant now,
                 bool reports_progress);

// True when the evidence says that the same command will fail the same way each time.
bool is_permanent(const Evidence& evidence);

}  // namespace monitor
