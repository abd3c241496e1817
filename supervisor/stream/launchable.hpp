#pragma once

#include <memory>
#include <string>
#include <vector>

#include "monitor/limits.hpp"
#include "supervisor/child/child_process.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

// A command made ready: what is executed, and what outsiders may see of it.
struct Launchable {
  FfmpegCommand command;
  ChildProcess::Spec spec;
  std::shared_ptr<const std::vector<std::string>> masked;
  std::vector<std::string> warnings;  // what the user should know of it, once
};

// `inherited`: the descriptors to pass on to the child.
Launchable make_launchable(const FfmpegCommand& command, const monitor::Limits& limits,
                           const std::vector<int>& inherited, const Secrets& secrets);

// What is probed as the stream's source: `source.http` or `source.icecast`, else the command's
// inputs.
std::vector<monitor::probes::Target> sources_of(const StreamConfig& config,
                                                const FfmpegCommand& command);

// FFmpeg that reports less often than the freeze limit would always look frozen.
monitor::Limits effective_limits(monitor::Limits limits, const FfmpegCommand& command);

}  // namespace supervisor
