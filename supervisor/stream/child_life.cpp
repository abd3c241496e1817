#include "supervisor/stream/child_life.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include <signal.h>

#include "supervisor/ffmpeg/pipeline.hpp"
#include "supervisor/ffmpeg/preview_command.hpp"
#include "supervisor/stream/refusals.hpp"

namespace supervisor {

using monitor::Instant;
using namespace std::chrono_literals;

namespace {

constexpr monitor::Duration wrapper_interval = 100ms;  // it is given so long to end by itself
constexpr monitor::Duration pipe_time = 10s;           // for an unknown program to start FFmpeg
constexpr monitor::Duration end_time = 1s;             // for a child whose pipe has ended to end

}  // namespace

ChildLife::ChildLife(recovery::Generation generation, recovery::Role role, const StreamParts& parts,
                     const Services& services, monitor::LogGate& log_gate,
                     const recovery::StreamCore& core, Take take)
    : generation_(generation),
      role_(role),
      parts_(parts),
      services_(services),
      core_(core),
      take_(std::move(take)),
      stderr_reader_(services.log, services.secrets, parts.config.name, parts.output, parts.role,
                     log_gate, [this](const monitor::Sign& sign, std::string text) {
                       take_sign(sign, std::move(text));
                     }) {
}

void ChildLife::take_sign(const monitor::Sign& sign, std::string text) {
  if (refused_.empty()) refused_ = refused_name(*command_, text);
  if (asks_progress_alone()) return;
  take_(recovery::SignSeen{generation_, sign, std::move(text)});
}

bool ChildLife::asks_progress_alone() const {
  return parts_.config.monitor.witnesses == monitor::Witnesses::progress;
}

bool ChildLife::launch(const ChildLauncher& launcher,
                       std::shared_ptr<const PreparedCommand> command, ChildHandlers handlers,
                       int& error_number) {
  command_ = std::move(command);
  if (!add_picture_file(error_number)) return false;
  stderr_reader_.begin_life(
      command_->command.endpoints(),
      picture_file_ ? picture_file_name(picture_file_->number()) : std::string());
  child_ = launcher(command_->spec, std::move(handlers), error_number);
  return has_child();
}

// Where there is none for another reason than a shortage FFmpeg goes on without its picture.
bool ChildLife::add_picture_file(int& error_number) {
  if (!writes_picture(command_->spec.argv)) return true;
  std::vector<int> taken = command_->command.named_descriptors();
  const ChildSpec& before = command_->spec;
  taken.insert(taken.end(), before.inherited.begin(), before.inherited.end());
  taken.push_back(before.progress_fd);
  picture_file_ = PictureFile::make(taken);
  error_number = errno;
  if (!picture_file_) return error_number != EMFILE && error_number != ENFILE;
  auto command = std::make_shared<PreparedCommand>(*command_);
  command->spec.argv = with_picture_file(std::move(command->spec.argv), picture_file_->number());
  command->spec.inherited.push_back(picture_file_->number());
  command_ = std::move(command);
  return true;
}

void ChildLife::on_executed(int error_number, Instant now) {
  if (error_number != 0) {
    ended_child_ = std::move(child_);
    return take_(recovery::LaunchFailed{generation_, error_number, program()});
  }
  if (command_->command.is_behind_unknown()) {
    judge_progress_at_ = now + std::min(pipe_time, parts_.config.monitor.startup_timeout / 2);
  }
  finder_.emplace(child_->pid(), child_->progress_pipe());
  if (!asks_progress_alone()) {
    probes_ = std::make_unique<ChildProbes>(
        *finder_, command_->command, parts_, services_, [this](monitor::Observation what) {
          take_(recovery::Observed{generation_, std::move(what)});
        });
  }
  take_(recovery::Launched{generation_, child_->pid()});
}

bool ChildLife::on_progress(std::string_view bytes, Instant now) {
  bool is_whole = false;
  for (const monitor::Progress& block : parser_.feed(bytes)) {
    is_whole = has_block_ = true;
    take_(recovery::ProgressSeen{generation_, block});
  }
  for (const monitor::ContentMark& mark : parser_.marks()) {
    take_(recovery::Observed{generation_, mark});
  }
  if (parser_.level()) level_ = http::Level{*parser_.level(), now};
  if (is_whole && picture_file_) {
    if (auto next = picture_file_->read()) picture_ = std::move(next);
  }
  if (is_whole && child_ && probes_) {
    probes_->on_block(now, progress());
    guard_wrapper();
  }
  return is_whole;
}

void ChildLife::guard_wrapper() {
  if (child_ && finder_->found_behind_child()) child_->guard();
}

ChildProbes::Progress ChildLife::progress() const {
  const recovery::Status status = core_.status();
  const monitor::Watch* watch = core_.watch();
  const bool is_on_air =
      status.generation == generation_ && status.state == recovery::State::on_air;
  return {.is_starting = status.state == recovery::State::starting,
          .is_well = is_on_air && watch && !status.verdict,
          .last_advance = watch ? watch->evidence().last_advance : Instant{}};
}

void ChildLife::on_progress_end(Instant now) {
  progress_has_ended_ = true;
  // The child may be about to end.
  if (judge_progress_at_ != monitor::never) judge_progress_at_ = now + end_time;
}

// A program that closes descriptors, or runs FFmpeg where they do not arrive, is no frozen FFmpeg.
void ChildLife::judge_progress(Instant now) {
  judge_progress_at_ = monitor::never;
  if (has_block_) return;
  finder_->find_anew(now);
  if (!progress_has_ended_ && finder_->is_certain() && finder_->has_pipe()) return;
  services_.log.write(LogLevel::warning, "witness_unavailable",
                      LogSubject{parts_.config.name, parts_.output, parts_.role},
                      "FFmpeg does not have the pipe that it would report its progress on: the "
                      "program that starts it does not hand it on. It is supervised by its exit "
                      "alone, so freezes and drops are not seen");
  take_(recovery::ProgressUnavailable{generation_});
}

void ChildLife::on_stderr(std::string_view bytes, Instant now) {
  stderr_reader_.feed(bytes, now);
}

void ChildLife::on_exit(monitor::ExitStatus status, Instant now) {
  stderr_reader_.end_of_life(now);
  ended_child_ = std::move(child_);
  if (probes_) {
    probes_->read_end(now);
    last_sample_ = probes_->process();
    probes_.reset();
  }
  take_(recovery::Exited{generation_, status, pipeline_state(command_->command)});
}

void ChildLife::signal(int number, Instant now) {
  if (!child_) return;
  if (probes_) probes_->watch_end(now);
  if (number == SIGTERM && terminate_ffmpeg(now)) return;
  child_->signal(number);
}

bool ChildLife::terminate_ffmpeg(Instant now) {
  if (!finder_) return false;
  const pid_t ffmpeg = finder_->find_anew(now);
  const bool is_known = finder_->is_certain() && finder_->is_only_one();
  if (!is_known || !finder_->found_behind_child()) return false;
  if (::kill(ffmpeg, SIGTERM) != 0) return false;
  terminated_ = monitor::probes::ProcessIdentity::of(ffmpeg);
  look_at_ = now + wrapper_interval;
  return true;
}

// A script may go on, or start another FFmpeg.
void ChildLife::watch_ffmpeg(Instant now) {
  look_at_ = now + wrapper_interval;
  if (terminated_->is_there()) return;
  terminated_.reset();
  look_at_ = monitor::never;
  child_->signal(SIGTERM);
}

void ChildLife::drain_progress() {
  if (child_) child_->drain_progress();
}

Instant ChildLife::deadline() const {
  if (!child_) return monitor::never;
  return std::min({stderr_reader_.deadline(),
                   probes_ ? probes_->deadline(progress()) : monitor::never, look_at_,
                   judge_progress_at_});
}

void ChildLife::check(Instant now) {
  if (now >= stderr_reader_.deadline()) stderr_reader_.flush(now);
  if (child_ && now >= look_at_) watch_ffmpeg(now);
  if (child_ && now >= judge_progress_at_) judge_progress(now);
  if (!probes_) return;
  const ChildProbes::Progress seen = progress();
  if (now < probes_->deadline(seen)) return;
  probes_->check(now, seen);
  guard_wrapper();
}

void ChildLife::adjust_intervals(Instant now) {
  if (probes_) probes_->adjust_intervals(now);
}

const std::optional<monitor::ProcessSample>& ChildLife::last_sample() const {
  return probes_ ? probes_->process() : last_sample_;
}

}  // namespace supervisor
