#include "supervisor/stream/child_life.hpp"

#include <algorithm>
#include <utility>

#include "supervisor/ffmpeg/pipeline.hpp"

namespace supervisor {

using monitor::Instant;

ChildLife::ChildLife(recovery::Generation generation, recovery::Role role, const StreamParts& parts,
                     const Services& services, monitor::LogGate& log_gate, Take take)
    : generation_(generation),
      role_(role),
      parts_(parts),
      services_(services),
      take_(std::move(take)),
      stderr_reader_(services.log, services.secrets, parts.config.name, log_gate,
                     [this](const monitor::Sign& sign, std::string text) {
                       take_sign(sign, std::move(text));
                     }) {
}

void ChildLife::take_sign(const monitor::Sign& sign, std::string text) {
  if (text.starts_with("Unrecognized option 'stats_period'")) refuses_stats_period_ = true;
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
  stderr_reader_.begin_life(command_->command.endpoints());
  child_ = launcher(command_->spec, std::move(handlers), error_number);
  return has_child();
}

void ChildLife::on_executed(int error_number) {
  if (error_number != 0) {
    ended_child_ = std::move(child_);
    return take_(recovery::LaunchFailed{generation_, error_number});
  }
  if (!asks_progress_alone()) {
    probes_ = std::make_unique<ChildProbes>(
        child_->pid(), command_->command, parts_, services_, [this](monitor::Observation what) {
          take_(recovery::Observed{generation_, std::move(what)});
        });
  }
  take_(recovery::Launched{generation_, child_->pid()});
}

bool ChildLife::on_progress(std::string_view bytes) {
  bool is_whole = false;
  for (const monitor::Progress& block : parser_.feed(bytes)) {
    is_whole = true;
    take_(recovery::ProgressSeen{generation_, block});
  }
  for (const monitor::ContentMark& mark : parser_.marks()) {
    take_(recovery::Observed{generation_, mark});
  }
  return is_whole;
}

void ChildLife::on_stderr(std::string_view bytes, Instant now) {
  stderr_reader_.feed(bytes, now);
}

void ChildLife::on_exit(monitor::ExitStatus status, Instant now) {
  stderr_reader_.end_of_life(now);
  ended_child_ = std::move(child_);
  if (probes_) {
    probes_->read_host();  // the kernel counts its out-of-memory kills
    last_sample_ = probes_->process();
    probes_.reset();
  }
  take_(recovery::Exited{generation_, status, pipeline_state(command_->command)});
}

void ChildLife::signal(int number) {
  if (child_) child_->signal(number);
}

void ChildLife::drain_progress() {
  if (child_) child_->drain_progress();
}

Instant ChildLife::deadline() const {
  if (!child_) return monitor::never;
  return std::min(stderr_reader_.deadline(), probes_ ? probes_->deadline() : monitor::never);
}

void ChildLife::check(Instant now, bool is_starting) {
  if (now >= stderr_reader_.deadline()) stderr_reader_.flush(now);
  if (probes_ && now >= probes_->deadline()) probes_->check(now, is_starting);
}

void ChildLife::adjust_intervals(Instant now) {
  if (probes_) probes_->adjust_intervals(now);
}

const std::optional<monitor::ProcessSample>& ChildLife::last_sample() const {
  return probes_ ? probes_->process() : last_sample_;
}

}  // namespace supervisor
