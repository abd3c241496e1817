#pragma once

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/ffmpeg/stderr_log.hpp"
#include "monitor/limits.hpp"
#include "monitor/probes/target.hpp"
#include "monitor/time.hpp"
#include "supervisor/ffmpeg/endpoint_options.hpp"
#include "supervisor/ffmpeg/ffmpeg_options.hpp"

namespace supervisor {

// The user's command asks for what cannot be supervised; the text states what, and what to do.
class CommandError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A parsed launch command: where FFmpeg stands in it, what it reads and writes.
class FfmpegCommand {
 public:
  // Throws CommandError: an empty command, or a `-progress` of the user's own (it would take the
  // blocks away from the supervisor).
  explicit FfmpegCommand(std::vector<std::string> argv);

  // Whether FFmpeg was found: as argv[0] (`ffmpeg`, a path to it, `ffmpeg-7`, `ffmpeg7.1`) or
  // behind a wrapper that execs it in place (nice, ionice, stdbuf, chrt, taskset, env, setpriv, …),
  // or one that stays as its parent and hands on descriptors (timeout, tini, …; then with a
  // warning), or behind an unknown program that is followed by FFmpeg's word and an option.
  bool is_ffmpeg() const { return ffmpeg_at_.has_value(); }
  // It stands behind an unknown program: its progress pipe may not reach it.
  bool is_behind_unknown() const { return is_behind_unknown_; }

  // The argument vector to execute: behind FFmpeg's own word stand `-progress pipe:N -nostats`,
  // `-stats_period P` where P is another than FFmpeg's own, `-loglevel level+repeat+info` (the
  // user's own level in place of `info`) and, unless the command reads stdin, `-nostdin`; where the
  // content is to be looked at, one more output behind the user's last; nothing else is changed. A
  // command without FFmpeg comes back as it is.
  std::vector<std::string> with_supervision(int progress_fd, monitor::Duration stats_period,
                                            const monitor::Content& content = {},
                                            const monitor::Preview& preview = {}) const;
  // What of the content is asked for and cannot be looked for, or shown.
  std::vector<std::string> content_warnings(const monitor::Content& content,
                                            const monitor::Preview& preview = {}) const;

  // Whether the child needs our stdin: an input is read from it, the user asked for FFmpeg's keys
  // (`-stdin`), or the program is not FFmpeg.
  bool reads_stdin() const { return reads_stdin_; }
  // Whether FFmpeg streams from our stdin, to our stdout.
  bool has_stdin_input() const;
  bool has_stdout_output() const;
  // The user's own -stats_period, which wins over ours.
  std::optional<monitor::Duration> own_stats_period() const { return own_stats_period_; }
  const monitor::Endpoints& endpoints() const { return endpoints_; }
  // What a probe can ask of each input (with its own `-f`, `-headers`, `-user_agent`, …) and of
  // each output (a tee's slaves each), in the order of the endpoints.
  const std::vector<monitor::probes::Target>& sources() const { return sources_; }
  const std::vector<monitor::probes::Target>& sinks() const { return sinks_; }
  bool has_rtmp_output() const;
  // FFmpeg waits for a connection itself: for its source, or for who takes its output.
  bool source_listens() const { return source_listens_; }
  bool sink_listens() const { return sink_listens_; }
  // The fifo muxer with `-attempt_recovery`: FFmpeg connects a lost output anew by itself.
  bool recovers_output() const { return recovers_output_; }
  // Descriptors ≥ 3 that the command names (`pipe:5`): the progress pipe must not take them.
  const std::vector<int>& named_descriptors() const { return named_descriptors_; }
  // What the user should know, once: no FFmpeg in it, a stats_period that slows detection, …
  const std::vector<std::string>& warnings() const { return warnings_; }
  const std::vector<std::string>& argv() const { return argv_; }
  // FFmpeg's own, as it reads them; views into this command. Empty without FFmpeg.
  std::vector<FfmpegArgument> arguments() const;

 private:
  void read_arguments();
  monitor::Preview possible(monitor::Preview preview) const;
  void read_output(std::string_view url, bool tee, const EndpointOptions& options);
  void read_option(std::string_view name, std::string_view value);
  void warn_about_options();

  std::vector<std::string> argv_;
  std::optional<std::size_t> ffmpeg_at_;
  bool is_behind_unknown_ = false;
  bool reads_stdin_ = false;
  bool source_listens_ = false;
  bool sink_listens_ = false;
  bool recovers_output_ = false;
  std::optional<monitor::Duration> own_stats_period_;
  std::string own_log_level_;
  monitor::Endpoints endpoints_;
  std::vector<monitor::probes::Target> sources_;
  std::vector<monitor::probes::Target> sinks_;
  std::vector<int> named_descriptors_;
  std::vector<std::string> warnings_;
};

}  // namespace supervisor
