#pragma once

#include <optional>
#include <string>
#include <vector>

#include "monitor/cause.hpp"
#include "monitor/evidence.hpp"
#include "monitor/time.hpp"

namespace monitor {

// What the witnesses outside FFmpeg (the kernel, the control group, the servers) say of a stream
// that is in trouble. Pure.
struct Attribution {
  std::optional<Cause> cause;  // empty: they accuse nobody
  Confidence confidence = Confidence::low;
};

// Whom they accuse when the output stands still, or FFmpeg has ended without a word.
//
// A sink that takes nothing makes FFmpeg stop reading, so the source has bytes waiting: its alibi.
// A source that sends nothing leaves the sink with nothing waiting: its alibi. So they do not
// contradict each other, and where neither is in trouble FFmpeg itself is.
Attribution attribute_stall(const Evidence& evidence, Instant now);

// Why a stream that goes on is too slow, or works too hard.
Attribution attribute_slowness(const Evidence& evidence, Instant now);

// FFmpeg was killed by the kernel, for want of memory.
bool was_out_of_memory(const Evidence& evidence);

// Their sentences, the most telling first; alibis last.
std::vector<std::string> sentences_of_witnesses(const Evidence& evidence);

}  // namespace monitor
