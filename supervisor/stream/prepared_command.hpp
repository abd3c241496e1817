#pragma once

#include <memory>
#include <string>
#include <vector>

#include "monitor/limits.hpp"
#include "monitor/output.hpp"
#include "monitor/probes/target.hpp"
#include "supervisor/child/child.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

// A command of the configuration made ready to launch: what is executed, and what may be shown of
// it. A value.
struct PreparedCommand {
  FfmpegCommand command;
  ChildSpec spec;
  std::shared_ptr<const std::vector<std::string>> masked;
  std::vector<std::string> warnings;  // for the log, once
  std::vector<monitor::Output> outputs;
};

// `stream`: whose command it is. `inherited`: the descriptors to pass on to the child.
PreparedCommand prepare_command(const FfmpegCommand& command, const StreamConfig& stream,
                                const std::vector<int>& inherited, const Secrets& secrets);

// What is probed as the stream's source, and how, by `source.probe`: `source.http` or
// `source.icecast`, else the command's inputs.
std::vector<monitor::probes::Target> sources_of(const StreamConfig& config,
                                                const FfmpegCommand& command);

// FFmpeg that reports or puts out frames less often than the freeze limit would always look frozen,
// and one that is told to analyse its inputs for long would always look hung.
monitor::Limits effective_limits(monitor::Limits limits, const FfmpegCommand& command);

}  // namespace supervisor
