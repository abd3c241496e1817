#pragma once

#include <optional>
#include <string>
#include <vector>

#include "monitor/cause.hpp"
#include "monitor/evidence.hpp"
#include "monitor/time.hpp"

namespace monitor {

// What the witnesses outside FFmpeg (the kernel, the control group, the servers) show of a faulty
// stream. Pure.
struct Attribution {
  std::optional<Cause> cause;  // empty: no witness names a cause
  Confidence confidence = Confidence::low;
};

// The cause of an output that stands still, or of an FFmpeg that ended without a message.
//
// A sink that takes nothing makes FFmpeg stop reading, so the source has unread bytes waiting,
// which rule it out. A source that sends nothing leaves the sink's send queue empty. So the two do
// not contradict each other, and where neither is in trouble FFmpeg itself is.
Attribution attribute_stall(const Evidence& evidence, Instant now);

// Why a stream that goes on is too slow, or uses too much CPU.
Attribution attribute_slowness(const Evidence& evidence, Instant now);

// The kernel killed FFmpeg because memory ran out.
bool was_out_of_memory(const Evidence& evidence);

// Their sentences, the strongest first; what rules a side out comes last.
std::vector<std::string> sentences_of_witnesses(const Evidence& evidence,
                                                std::optional<Cause> verdict = {});

}  // namespace monitor
