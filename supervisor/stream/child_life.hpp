#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "monitor/ffmpeg/log_gate.hpp"
#include "monitor/ffmpeg/progress.hpp"
#include "recovery/event.hpp"
#include "recovery/stream_core.hpp"
#include "supervisor/child/child.hpp"
#include "supervisor/ffmpeg/stderr_reader.hpp"
#include "supervisor/stream/child_probes.hpp"
#include "supervisor/stream/picture_file.hpp"
#include "supervisor/stream/prepared_command.hpp"
#include "supervisor/stream/stream_parts.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// The life of one child, from the decision to launch it on: the process, the command it was
// launched with, all that is read from it and asked about it. Turns bytes, samples and the exit
// into events of its generation; decides nothing. Once the child has ended it keeps what was last
// known, until the next life. For the loop's thread.
class ChildLife {
 public:
  // Takes an event; called from within the calls below, or from the loop with an answer of the
  // probes. May replace this life by the next, but must not destroy it before the call returns.
  using Take = std::function<void(recovery::Event)>;

  // All references must outlive it. `log_gate`: of the stream, whatever its children. `core`: whose
  // child it is; how well that is decides how closely it is looked at.
  ChildLife(recovery::Generation generation, recovery::Role role, const StreamParts& parts,
            const Services& services, monitor::LogGate& log_gate, const recovery::StreamCore& core,
            Take take);

  recovery::Generation generation() const { return generation_; }
  recovery::Role role() const { return role_; }
  // Null before the launch.
  const std::shared_ptr<const PreparedCommand>& command() const { return command_; }
  // Launched and not gone.
  // The first word of what was launched last; empty before.
  std::string program() const { return command_ ? command_->spec.argv.front() : std::string(); }
  bool has_child() const { return child_ != nullptr; }

  // Once. `handlers` call the functions below. False: it cannot be launched, see `error_number`.
  bool launch(const ChildLauncher& launcher, std::shared_ptr<const PreparedCommand> command,
              ChildHandlers handlers, int& error_number);
  // The program was executed, or could not be.
  void on_executed(int error_number, monitor::Instant now);
  // True where a whole progress block was among the bytes.
  bool on_progress(std::string_view bytes, monitor::Instant now);
  void on_progress_end(monitor::Instant now);
  void on_stderr(std::string_view bytes, monitor::Instant now);
  void on_exit(monitor::ExitStatus status, monitor::Instant now);

  // SIGTERM goes to FFmpeg alone where it is known behind a wrapper: a wrapper that hands it on
  // would make it a second one, which ends a recording without its trailer. The wrapper gets its
  // own once FFmpeg is gone, if it does not end by itself. All else goes to the whole process
  // group.
  void signal(int number, monitor::Instant now);
  void drain_progress();
  // After on_exit() and on_executed() with an error, once their call-back has returned.
  void release_ended_child() { ended_child_.reset(); }

  // When check() is due next; `monitor::never` without a child.
  monitor::Instant deadline() const;
  // Does what is due.
  void check(monitor::Instant now);
  // The stream's intervals may have changed: what is due later than they allow comes sooner.
  void adjust_intervals(monitor::Instant now);

  // What FFmpeg said that it does not know, of what the supervisor has added; empty: nothing.
  const std::string& refused() const { return refused_; }

  // The newest that it gave; where it gives none it is empty.
  const std::optional<http::Picture>& picture() const { return picture_; }
  const std::optional<http::Level>& level() const { return level_; }

  // Null: nothing is asked about the child, or it has ended.
  const ChildProbes* probes() const { return probes_.get(); }
  // The last that was read of the process, also after its end.
  const std::optional<monitor::ProcessSample>& last_sample() const;

 private:
  bool asks_progress_alone() const;
  ChildProbes::Progress progress() const;
  bool add_picture_file(int& error_number);
  void guard_wrapper();
  bool terminate_ffmpeg(monitor::Instant now);
  void watch_ffmpeg(monitor::Instant now);
  void judge_progress(monitor::Instant now);
  void take_sign(const monitor::Sign& sign, std::string text);

  const recovery::Generation generation_;
  const recovery::Role role_;
  const StreamParts& parts_;
  const Services& services_;
  const recovery::StreamCore& core_;
  const Take take_;
  std::shared_ptr<const PreparedCommand> command_;
  std::unique_ptr<Child> child_;
  std::unique_ptr<Child> ended_child_;  // its call-back may still be on the stack
  monitor::ProgressParser parser_;
  StderrReader stderr_reader_;
  std::optional<monitor::probes::FfmpegFinder> finder_;         // from the execution on
  std::optional<monitor::probes::ProcessIdentity> terminated_;  // alone; the wrapper is not, yet
  monitor::Instant look_at_ = monitor::never;                   // whether terminated_ is gone
  // Behind an unknown program: whether FFmpeg has the progress pipe is judged then.
  monitor::Instant judge_progress_at_ = monitor::never;
  bool progress_has_ended_ = false;
  bool has_block_ = false;
  std::unique_ptr<ChildProbes> probes_;
  std::string refused_;
  std::optional<PictureFile> picture_file_;  // where the command writes a picture
  std::optional<http::Picture> picture_;
  std::optional<http::Level> level_;
  std::optional<monitor::ProcessSample> last_sample_;  // once the probes are gone
};

}  // namespace supervisor
