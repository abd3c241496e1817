#include "monitor/advice.hpp"

namespace monitor {

namespace {

// Nobody sends these: who runs ffsupervisor has them. Empty: as of any source.
std::string_view what_now_of_file(Cause cause) {
  switch (cause) {
    case Cause::source_missing:
      return "Put the file where FFmpeg looks for it, or write its absolute path into the command; "
             "a container needs it mounted, and a device passed in.";
    case Cause::source_refused:
      return "Let FFmpeg's user read the file or device; if that is so, another program has it "
             "open.";
    case Cause::source_unreachable:
      return "Check that the file or device is there, and in a container that it is mounted or "
             "passed in: FFmpeg cannot read it.";
    case Cause::source_corrupt:
      return "Look at what the path in the command leads to: it is no file that FFmpeg can read.";
    default:
      return {};
  }
}

}  // namespace

std::string_view what_now(Cause cause, bool is_local) {
  const std::string_view of_file = is_local ? what_now_of_file(cause) : std::string_view();
  if (!of_file.empty()) return of_file;
  switch (cause) {
    case Cause::source_unreachable:
      return "Check that the source's server or camera runs, and the network to it: it does not "
             "take connections from this machine.";
    case Cause::source_missing:
      return "Ask whoever sends the source: its server is there, and nobody streams to this "
             "address.";
    case Cause::source_refused:
      return "Check the user name and the password in the source's URL: the server refuses them.";
    case Cause::source_stalled:
      return "Ask whoever sends the source: its server accepts the connection and sends nothing.";
    case Cause::source_ended:
      return "Ask whoever sends the source: it has ended the stream.";
    case Cause::source_corrupt:
      return "Ask whoever sends the source, and check the network to it: it sends damaged data.";
    case Cause::source_silent:
    case Cause::source_frozen_picture:
    case Cause::source_black:
      return "Listen to and look at the stream, then ask whoever sends the source: the stream "
             "works, and there is nothing in it.";
    case Cause::encoder_crashed:
    case Cause::encoder_failed:
      return "Read FFmpeg's last lines in the log: they say what it could not do.";
    case Cause::encoder_frozen:
      return "Restart the stream if it is not restarted by itself, and check this machine's disk, "
             "memory and CPU.";
    case Cause::encoder_slow:
    case Cause::cpu_high:
      return "See with top what uses the CPU; use a faster -preset, a smaller picture or more CPU.";
    case Cause::bitrate_drop:
      return "Listen to and look at the stream: a silent or still source needs few bits.";
    case Cause::memory_high:
      return "Restart the stream at a good moment, before the kernel ends FFmpeg at a bad one.";
    case Cause::sink_unreachable:
      return "Ask whoever runs the receiving server: it does not take connections from this "
             "machine, or "
             "does not answer on them.";
    case Cause::sink_rejected:
      return "Check the stream key, and whether another encoder uses it: the server refuses the "
             "stream.";
    case Cause::sink_lost:
      return "Check the receiving server and the network to it: the connection broke.";
    case Cause::sink_stalled:
      return "Restart the receiving server's program, or check the network to it: it takes no "
             "data.";
    case Cause::host_out_of_memory:
      return "Give this machine or container more memory: the kernel has ended FFmpeg.";
    case Cause::host_cpu_throttled:
      return "Raise the CPU limit of the container: it is too low for this stream.";
    case Cause::host_disk_full:
      return "Make room on this machine's disk.";
    case Cause::host_spawn_failed:
      return "Check the limits of processes, memory and open files of this machine: FFmpeg cannot "
             "be started.";
    case Cause::command_invalid:
      return "Correct the command: the evidence and FFmpeg's last lines in the log name what is "
             "wrong.";
    case Cause::stop_requested:
    case Cause::restart_requested:
    case Cause::track_change:
      return {};
  }
  return {};
}

}  // namespace monitor
