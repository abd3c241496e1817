#include "recovery/own_end.hpp"

#include <algorithm>

#include "monitor/diagnosis.hpp"

namespace recovery {

namespace {
constexpr Duration last_piece = 2s;  // the last packets may be shorter than what was asked for
}

bool is_own_end(const OwnEnd& end, const monitor::Evidence& evidence, Instant now) {
  const Duration life = now - evidence.launched_at;
  if (end.after_life && life >= *end.after_life) return true;
  if (!end.after_output || !monitor::ended_well(evidence)) return false;
  // What was a path in the command is a FIFO, and its writer has gone.
  if (*end.after_output == Duration::zero()) return !evidence.waited_for_pipe;
  Duration put_out{};
  if (evidence.progress && evidence.progress->out_time) put_out = *evidence.progress->out_time;
  return std::max(put_out, life) + last_piece >= *end.after_output;
}

}  // namespace recovery
