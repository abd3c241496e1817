#pragma once

#include <optional>

#include "monitor/cause.hpp"
#include "monitor/evidence.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Finds the cause of a fault. Pure: the same evidence gives the same verdict.
//
// `fault` is the detector's finding that led here; empty when the process ended, or could not be
// launched, by itself. The strongest stderr sign decides; without one, how the process ended (code
// 0: source_ended; another code: encoder_failed), or the fault's own cause, unless the witnesses
// outside FFmpeg (judge.hpp) name the source, the sink or the host: encoder_frozen, encoder_slow
// and encoder_failed are what remains. No sign overrules a death by a signal (encoder_crashed;
// host_out_of_memory where the kernel counts one; host_disk_full for SIGXFSZ), a process that
// stands stopped, a witness that names another component, or a mere warning. Signs that the stream
// has recovered from do not count. Each verdict carries at least one sentence.
//
// `reports_progress` is false for a command that is not FFmpeg: code 0 then does not mean that the
// source ended.
Verdict diagnose(const Evidence& evidence, const std::optional<Fault>& fault, Instant now,
                 bool reports_progress);

// How well it is proven that the command itself is wrong. proven: FFmpeg has ended and named, in
// its own words, a part of the command that no state of a machine, device, file or server could
// make right, and nothing else explains the end better; never for a stream that has advanced.
// likely: the end is about the command. possible: anything else.
Strength permanence(const Evidence& evidence);

// True when the process ended by itself as one that had done its work: exit code 0 and no sign,
// near the end, of a source, sink or host that failed. (Code 0 alone is not success: a dead Icecast
// source ends with 0. A corrupt packet on the way is no failure.)
bool ended_well(const Evidence& evidence);

}  // namespace monitor
