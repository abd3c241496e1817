#include "supervisor/hold/standby_fallback.hpp"

#include <utility>

#include "supervisor/hold/encoder_pipes.hpp"

namespace supervisor {

StandbyFallback::StandbyFallback(StreamParts parts, std::size_t pipes, Context context)
    : pipes_(pipes),
      context_(std::move(context)),
      child_(std::move(parts),
             {.services = context_.services,
              .launch = context_.launch,
              .launches = context_.launches,
              .clock = context_.clock,
              .connect = [this](const PreparedCommand& command, std::uint64_t,
                                int& error_number) { return connect(command, error_number); },
              .on_launch = [this](bool) { given_.clear(); },
              .on_signal = [this] { on_signal(); },
              .on_change = [this] { on_change(); }}) {
}

std::shared_ptr<const PreparedCommand> StandbyFallback::connect(const PreparedCommand& command,
                                                                int& error_number) {
  auto piped = open_encoder_pipes(command, pipes_, error_number);
  if (!piped) return nullptr;
  given_ = std::move(piped->write);
  context_.begin(std::move(piped->read));
  return std::move(piped->command);
}

void StandbyFallback::on_change() {
  const recovery::Status status = child_.status();
  if (status.ended && status.failed && is_wanted_ && !std::exchange(has_failed_, true)) {
    const StreamParts& parts = child_.parts();
    const bool has_reason = status.verdict && !status.verdict->evidence.empty();
    context_.services.log.write(
        LogLevel::error, "fallback_failed", {parts.config.name, parts.output, parts.role},
        "The fallback does not stand by any more: " +
            (has_reason ? status.verdict->evidence.front() : std::string("its command is wrong")));
  }
  context_.on_change();
}

void StandbyFallback::on_signal() {
  if (!is_leaving_) context_.retire();
}

void StandbyFallback::start() {
  if (is_refused_ || std::exchange(is_wanted_, true)) return;
  child_.wake(recovery::StartRequested{});
}

void StandbyFallback::stop() {
  if (!std::exchange(is_wanted_, false)) return;
  child_.wake(recovery::StopRequested{});
}

void StandbyFallback::refuse() {
  is_refused_ = true;
  stop();
}

// The relays may have another from now on, which none of its signals is about.
void StandbyFallback::finish(monitor::Duration within) {
  is_wanted_ = false;
  context_.retire();
  is_leaving_ = true;
  StreamParts parts = child_.parts();
  parts.config.recovery.stop_grace = within;
  child_.reconfigure(std::move(parts), false);
  child_.wake(recovery::StopRequested{.shutdown = true});
}

void StandbyFallback::kill() {
  is_wanted_ = false;
  child_.wake(recovery::KillRequested{});
}

void StandbyFallback::reconfigure(StreamParts parts) {
  const bool is_other = child_.parts().primary->command.argv() != parts.primary->command.argv();
  if (is_other) has_failed_ = is_refused_ = false;
  child_.reconfigure(std::move(parts), is_other);
}

bool StandbyFallback::is_there() const {
  return is_wanted_ && !child_.status().ended;
}

}  // namespace supervisor
