#include "recovery/proof_for_command.hpp"

#include <algorithm>

#include "monitor/text/sentence.hpp"

namespace recovery {

using monitor::seconds;
using monitor::sentence;

namespace {

std::string of_ending_advancing(const CommandFacts& command, const monitor::Limits& limits) {
  if (!command.sink_can_be_probed) {
    return "No output has a connection that could be seen: it is not ended while it advances.";
  }
  return sentence("Ended where the server has taken nothing for %.0f s.",
                  seconds(limits.sink_stall_timeout));
}

std::string of_ending_waiting(const CommandFacts& command, const Policy& policy,
                              const monitor::Limits& limits) {
  if (command.sink_listens) return "It listens for a receiver: it is left in place for ever.";
  if (command.source_listens) return "It listens: it is left in place until its source has called.";
  const Duration patience = std::max(limits.startup_timeout, policy.audio_stream.retry_interval);
  return sentence(
      "Ended after %.0f s; after %.0f s and then rarer where its source has accepted "
      "the connection and is silent.",
      seconds(limits.startup_timeout), seconds(patience));
}

std::string of_waiting_for_source(const CommandFacts& command, const Policy& policy) {
  if (!command.source_can_be_probed) {
    return "Its source cannot be probed: FFmpeg itself is tried after 1, 2, 3 and then each 5 "
           "s.";
  }
  return sentence(
      "After a definite answer FFmpeg is tried each %.0f s, else after 1, 2, 3 and "
      "then each 5 s.",
      seconds(policy.audio_stream.retry_interval));
}

std::string of_coming_on_air(const CommandFacts& command) {
  if (!command.reports_progress) return "It reports no progress: on air as soon as it runs.";
  if (command.connects_output) {
    return "An output's connection can be seen: on air with the first byte its server "
           "acknowledges.";
  }
  return "FFmpeg connects before it puts anything out, or no connection can be seen: on air with "
         "the first output.";
}

}  // namespace

std::string proof_for_command(Act act, const Setup& setup) {
  const CommandFacts& command = setup.command;
  switch (act) {
    case Act::give_up:
      if (!command.reports_progress) return "It is not FFmpeg: it is never given up for its words.";
      return "Only before it was on air once.";
    case Act::end_advancing:
      return of_ending_advancing(command, setup.limits);
    case Act::end_standing:
      if (!command.reports_progress) return "It reports no progress: that it stands is not seen.";
      return sentence("Ended after %.0f s without an advance.",
                      seconds(setup.limits.freeze_timeout));
    case Act::end_waiting:
      return of_ending_waiting(command, setup.policy, setup.limits);
    case Act::spend_attempt:
      if (command.source_can_be_probed) return "A probe of its source has to get media.";
      return "Its source cannot be probed: FFmpeg must have had output from it.";
    case Act::wait_for_source:
      return of_waiting_for_source(command, setup.policy);
    case Act::come_on_air:
      return of_coming_on_air(command);
    case Act::look_at_source:
      if (!command.source_can_be_probed) return "Its source cannot be probed.";
      return sentence("Each %.0f s while it is silent, often while it is waited for.",
                      seconds(setup.policy.probe_interval));
    case Act::send_second_term:
      return sentence("Within the grace of %.0f s, before SIGKILL.",
                      seconds(setup.policy.stop_grace));
  }
  return {};
}

}  // namespace recovery
