// What held outputs carry in the encoder's place, and what is told of it.

#include <algorithm>
#include <utility>

#include "supervisor/hold/held_outputs.hpp"

namespace supervisor {

using monitor::OutputReport;
using monitor::OutputState;

void HeldOutputs::on_cover(std::size_t pipe, const RelayCover& cover) {
  pipes_[pipe].cover = cover;
  on_change();
}

std::shared_ptr<Slates> HeldOutputs::make_slates(const std::string& stream) {
  return std::make_shared<Slates>(
      Slates::Context{.services = context_.services,
                      .launch = context_.launch,
                      .clock = context_.clock,
                      .stream = stream,
                      .on_slate = [this](std::size_t pipe, Slates::Made slate) {
                        pipes_[pipe].relay->call([slate = std::move(slate)](Relay& relay) mutable {
                          relay.set_slate(std::move(slate));
                        });
                      }});
}

std::shared_ptr<HeldPicture> HeldOutputs::make_picture(const std::string& stream) {
  return std::make_shared<HeldPicture>(HeldPicture::Context{.services = context_.services,
                                                            .launch = context_.launch,
                                                            .clock = context_.clock,
                                                            .stream = stream,
                                                            .ask = [this] { ask_key_frame(0); },
                                                            .on_picture = context_.on_picture});
}

// Of the first pipe that carries a picture.
void HeldOutputs::ask_key_frame(std::size_t pipe) {
  const auto answer = context_.services.loop.callback(
      weak_from_this(), [pipe](HeldOutputs& self, const RelayKeyFrame& frame) {
        const bool is_last = pipe + 1 >= self.pipes_.size();
        if (frame.bytes.empty() && !is_last) return self.ask_key_frame(pipe + 1);
        self.picture_->take(frame);
      });
  pipes_[pipe].relay->call([answer](const Relay& relay) { answer(relay.key_frame()); });
}

void HeldOutputs::carry_fallback(bool is_on) {
  if (std::exchange(is_fallback_, is_on) != is_on) tell_cover();
}

void HeldOutputs::make_standby() {
  if (!parts_->standby) return;
  standby_ = std::make_unique<StandbyFallback>(
      *parts_->standby, pipes_.size(),
      StandbyFallback::Context{
          .services = context_.services,
          .launch = context_.launch,
          .launches = context_.launches,
          .clock = context_.clock,
          .begin =
              [this](std::vector<Descriptor> read) {
                for (std::size_t pipe = 0; pipe < pipes_.size(); ++pipe) {
                  pipes_[pipe].relay->call([end = std::move(read[pipe])](Relay& relay) mutable {
                    relay.begin_stand_in(std::move(end));
                  });
                }
              },
          .retire =
              [this] {
                for (Pipe& pipe : pipes_) {
                  pipe.relay->call([](Relay& relay) { relay.retire_stand_in(); });
                }
              },
          .on_change = [this] { on_change(); }});
}

void HeldOutputs::stand_by(bool is_wanted) {
  if (!standby_ || is_finishing_) return;
  if (is_wanted) return standby_->start();
  standby_->stop();
}

void HeldOutputs::reconfigure_standby(monitor::Duration within) {
  if (standby_ && parts_->standby) return standby_->reconfigure(*parts_->standby);
  if (!standby_) return make_standby();
  leaving_standby_ = std::move(standby_);
  leaving_standby_->finish(within);
}

// In the encoder's place it can be used, as an encoder of other parameters can.
void HeldOutputs::on_refused(bool is_picture) {
  if (!standby_) return;
  context_.services.log.write(
      LogLevel::warning, "fallback_failed", {parts_->standby->config.name, "", "fallback"},
      std::string("The fallback does not stand by: its ") + (is_picture ? "picture" : "sound") +
          " is not encoded as the command's is, expected the same " +
          (is_picture ? "size, profile and pixel format" : "codec, sample rate and channels") +
          "; it is launched in the command's place where it is needed");
  standby_->refuse();
  on_change();
}

// An output that is wanted and does not deliver is off air, whatever the others carry.
std::string HeldOutputs::covered() const {
  RelayCover what{.has_stand_in = true};
  bool any_on = false;
  for (const Output& output : outputs_) {
    const bool is_on = output.publisher->report().state == OutputState::on_air;
    if (output.required && !is_on && !is_stopped(output)) return {};
    if (!is_on) continue;
    any_on = true;
    what.picture = what.picture || pipes_[output.pipe].cover.picture;
    what.sound = what.sound || pipes_[output.pipe].cover.sound;
    what.is_whole = what.is_whole || pipes_[output.pipe].cover.is_whole;
    what.has_stand_in = what.has_stand_in && pipes_[output.pipe].cover.has_stand_in;
  }
  const bool stands_in = what.is_whole && what.has_stand_in;
  if (any_on && (is_fallback_ || stands_in)) return "fallback";
  if (what.picture && what.sound) return "picture and sound";
  return what.picture ? "picture" : what.sound ? "sound" : "";
}

void HeldOutputs::tell_cover() {
  std::string present = covered();
  const bool was_covered = !covered_.empty();
  covered_ = present;
  if (was_covered == !present.empty()) return;
  tell_titles();
  const bool by_slate =
      std::ranges::any_of(pipes_, [](const Pipe& pipe) { return pipe.cover.by_slate; });
  context_.on_cover(
      {.is_covered = !present.empty(), .what = std::move(present), .by_slate = by_slate});
}

void HeldOutputs::show_title(const std::string& title) {
  if (title_ == title) return;
  title_ = title;
  tell_titles();
}

// What stands in is no track.
void HeldOutputs::tell_titles() {
  if (!title_) return;
  for (const Output& output : outputs_) {
    const Publisher& publisher = *output.publisher;
    const StreamParts& parts = publisher.parts();
    if (publisher.report().state != OutputState::on_air) {
      titles_->forget(publisher.output());
    } else {
      titles_->show(publisher.output(), parts.primary->command.argv(),
                    covered_.empty() ? *title_ : parts.config.name);
    }
  }
}

// What stands in is nothing of the encoder's.
OutputReport HeldOutputs::report_of(const Output& output) const {
  OutputReport report = output.publisher->report();
  report.awaits_media = report.awaits_media || pipes_[output.pipe].cover.is_whole;
  return report;
}

}  // namespace supervisor
