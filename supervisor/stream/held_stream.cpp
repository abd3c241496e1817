// A stream whose outputs are held: they begin with its first encoder, outlive each, and end with
// the stream.

#include <algorithm>
#include <utility>

#include <sys/sysinfo.h>

#include "monitor/tracks/track_text.hpp"
#include "supervisor/stream/stream_state.hpp"

namespace supervisor {

// Before each launch of the encoder. Outputs that end are not taken over by it.
void StreamDriver::State::begin_outputs() {
  if (!parts_.held) {
    held_.reset();
    return;
  }
  if (held_ && !held_->is_finishing() && held_->pipes() == parts_.held->pipes) return;
  exit_code_.reset();
  if (held_) {
    stopped_outputs_ = held_->stopped();
    take(recovery::CoverChanged{});
  }
  held_ =
      HeldOutputs::make(parts_.held,
                        {.services = context_.services,
                         .launch = launch_,
                         .launches = context_.launches,
                         .clock = context_.seams.clock,
                         .on_reports =
                             [this](monitor::OutputReports reports) {
                               if (!life_ || is_closed_) return;
                               wake(recovery::Observed{life_->generation(), std::move(reports)});
                             },
                         .on_cover = [this](const recovery::CoverChanged& cover) { wake(cover); },
                         .on_switch = [this](const recovery::Switched& to) { wake(to); },
                         .on_over = [this] { on_outputs_over(); },
                         .on_picture = [this] { wake_up([this] { has_news_ = true; }); }},
                        stopped_outputs_);
}

bool StreamDriver::State::has_same_encoder(const StreamParts& next) const {
  return held_ && next.held && held_->pipes() == next.held->pipes &&
         parts_.primary->spec.argv == next.primary->spec.argv &&
         config().monitor.witnesses == next.config.monitor.witnesses;
}

// Where the encoder's pipes are others its next launch begins the outputs anew.
void StreamDriver::State::reconfigure_outputs() {
  if (!held_ || !parts_.held || held_->pipes() != parts_.held->pipes) return;
  held_->reconfigure(parts_.held, outputs_grace());
}

void StreamDriver::State::show_title() {
  const http::TrackState tracks = tracks_.state(now_);
  if (!tracks.current) return;
  held_->show_title(monitor::track_text(config().tracks.text_template, tracks.current->track));
}

void StreamDriver::State::note_request(const recovery::Event& event) {
  const bool stops = std::holds_alternative<recovery::StopRequested>(event) ||
                     std::holds_alternative<recovery::KillRequested>(event);
  const bool starts = std::holds_alternative<recovery::StartRequested>(event) ||
                      std::holds_alternative<recovery::RestartRequested>(event);
  if (stops || starts) stop_is_asked_ = stops;
}

void StreamDriver::State::follow_encoder(const recovery::Status& status) {
  held_->carry_fallback(status.state == recovery::State::fallback);
  if (status.state != recovery::State::stopped) return;
  const bool is_own_end = status.ended && !status.failed && !stop_is_asked_;
  if (is_own_end) return held_->drain(outputs_grace());
  held_->finish(outputs_grace());
}

// Not from within a step: whether it stands by is an event.
void StreamDriver::State::follow_standby() {
  const recovery::Status status = core_.status();
  const bool is_over = status.state == recovery::State::stopped || is_closed_;
  const bool is_in_place = status.state == recovery::State::fallback;  // in the encoder's
  const bool stands_by = standby_.follow(
      parts_.held->standby_choice,
      {.is_wanted = parts_.fallback && held_ && !held_->is_finishing() && !is_over && !is_in_place,
       .encoder_is_on_air = status.state == recovery::State::on_air,
       .stands_in = held_ && held_->covered() == "fallback",
       .cpu_used = cpu_used()},
      now_);
  if (held_) held_->stand_by(stands_by);
  const bool is_there = held_ && held_->stands_by();
  if (std::exchange(fallback_is_there_, is_there) == is_there) return;
  take(recovery::StandbyChanged{is_there});
}

std::optional<double> StreamDriver::State::cpu_used() const {
  const monitor::Watch* watch = core_.watch();
  const auto process = life_ ? life_->last_sample() : std::nullopt;
  if (!watch || !process) return {};
  double used = process->cpu_percent / 100 / process->cpus_allowed;
  const std::optional<monitor::HostSample>& host = watch->evidence().host;
  if (host && host->load1) used = std::max(used, *host->load1 / ::get_nprocs());
  return used;
}

void StreamDriver::State::on_outputs_over() {
  const auto self = shared_from_this();
  stopped_outputs_ = held_->stopped();
  held_.reset();
  wake(recovery::CoverChanged{});
  if (!exit_code_) return wake_up([this] { has_news_ = true; });
  set_closed(true);
  context_.on_end(*std::exchange(exit_code_, std::nullopt));
}

// What is left of the stop's grace when the encoder has had its part.
monitor::Duration StreamDriver::State::outputs_grace() const {
  return config().recovery.stop_grace * 2 / 5;
}

std::size_t StreamDriver::State::children_at_most() const {
  return parts_.children_at_most();
}

void StreamDriver::State::kill() {
  const auto self = shared_from_this();
  wake(recovery::KillRequested{});
  if (held_) held_->kill();
}

http::Outcome StreamDriver::State::control_output(std::string_view output, http::Control what) {
  if (!held_ && parts_.held) return {409, "the stream is stopped: start it first"};
  if (!held_) return {409, "the outputs of this stream are not held"};
  return held_->control(output, what);
}

}  // namespace supervisor
