#include "tests/simulation/proof_world.hpp"

#include <algorithm>
#include <csignal>

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;
using monitor::Cause;
using monitor::ConnectionSample;
using monitor::LookAnswer;
using monitor::Side;

Setup ProofWorld::make_setup(Dice& dice) {
  Setup setup;
  setup.policy.stop_grace = dice.one_of<Duration>({5s, 9s, 30s});
  setup.policy.audio_stream.retry_interval = dice.one_of<Duration>({10s, 30s, 60s});
  setup.limits.startup_timeout = dice.one_of<Duration>({10s, 30s});
  setup.limits.freeze_timeout = dice.one_of<Duration>({10s, 30s});
  setup.limits.bitrate_drop.percent = 100;
  CommandFacts& command = setup.command;
  command.source_can_be_probed = dice.chance(0.7);
  command.sink_can_be_probed = dice.chance(0.5);
  command.source_listens = dice.chance(0.15);
  command.sink_listens = !command.source_listens && dice.chance(0.15);
  command.connects_output = !command.sink_listens && dice.chance(0.7);
  if (command.source_listens) command.source_can_be_probed = false;
  return setup;
}

ProofWorld::ProofWorld(std::uint64_t seed, bool aloud)
    : dice_(seed ^ 0x5eed0f9700f5ULL),
      setup_(make_setup(dice_)),
      core_(setup_.policy, setup_.limits, setup_.command, seed),
      rules_(setup_),
      trace_(now_, aloud),
      shows_connections_(dice_.chance(0.6)),
      has_statistics_(dice_.chance(0.5)),
      source_refuses_(dice_.chance(0.2)) {
}

void ProofWorld::run() {
  send(StartRequested{});
  while (now_ < ends_at_ && !has_ended_) {
    now_ = std::max(now_, next_instant());
    if (look_ && now_ >= look_at_) {
      answer_look();
    } else if (child_.is_alive && child_.exit_at && now_ >= *child_.exit_at) {
      exit({255, {}});
    } else if (now_ >= second_at_) {
      second_at_ = now_ + 500ms;
      turn_second();
    } else {
      send(Tick{});
    }
  }
}

Instant ProofWorld::next_instant() const {
  Instant next = std::min(second_at_, core_.next_deadline());
  if (look_) next = std::min(next, look_at_);
  if (child_.is_alive && child_.exit_at) next = std::min(next, *child_.exit_at);
  return next;
}

void ProofWorld::send(const Event& event) {
  ++events_;
  const Step step = core_.step(event, now_);
  trace_.add(event, step, core_, now_);
  rules_.check(event, step, now_);
  for (const Action& action : step.actions) {
    if (const auto* launch = std::get_if<Launch>(&action)) perform(*launch);
    if (const auto* signal = std::get_if<Signal>(&action)) perform(*signal);
    if (const auto* look = std::get_if<ProbeSource>(&action)) {
      look_ = look->number;
      look_at_ = now_ + dice_.between(1ms, 800ms);
    }
    if (std::holds_alternative<End>(action)) has_ended_ = true;
  }
}

// ---------------------------------------------------------------------------- FFmpeg

void ProofWorld::perform(const Launch& action) {
  child_ = {};
  child_.generation = action.generation;
  child_.is_alive = true;
  child_.fate =
      dice_.one_of({Fate::lives, Fate::waits, Fate::exits, Fate::exits, Fate::loses_source,
                    Fate::freezes, Fate::has_few_frames, Fate::is_not_taken, Fate::is_not_shown});
  child_.launched_at = now_;
  child_.starts_at = now_ + dice_.between(200ms, 4s);
  if (child_.fate == Fate::waits) child_.starts_at = now_ + dice_.between(5s, 15min);
  child_.fate_at = child_.fate == Fate::exits ? now_ + dice_.between(10ms, 150ms)
                                              : child_.starts_at + dice_.between(1s, 3min);
  child_.is_connected = dice_.chance(0.8);
  child_.works_on = dice_.chance(0.5);
  send(Launched{action.generation, 100});
}

void ProofWorld::perform(const Signal& action) {
  if (!child_.is_alive) return;
  if (action.number == SIGKILL) {
    child_.exit_at = now_ + 10ms;
    return;
  }
  const bool is_second = child_.termed_at.has_value();
  child_.termed_at = now_;
  const bool resists = !is_second && dice_.chance(0.6);
  if (!resists) child_.exit_at = now_ + dice_.between(10ms, 2s);
}

void ProofWorld::exit(monitor::ExitStatus status) {
  child_.is_alive = false;
  send(Exited{child_.generation, status});
}

// What FFmpeg gives as its reason, weak and strong.
monitor::Sign ProofWorld::reason() {
  return dice_.one_of<monitor::Sign>({{Cause::command_invalid, true, 150},
                                      {Cause::command_invalid, true, 150},
                                      {Cause::source_missing, true, 150},
                                      {Cause::source_unreachable, true, 150},
                                      {Cause::source_refused, true, 150},
                                      {Cause::sink_unreachable, true, 150},
                                      {Cause::encoder_failed, true, 120}});
}

void ProofWorld::meet_fate() {
  child_.fate_at = monitor::never;
  if (child_.fate == Fate::exits) {
    const bool is_wrong = dice_.chance(0.02);
    const monitor::Sign sign =
        is_wrong ? monitor::Sign{Cause::command_invalid, false, 150} : reason();
    send(SignSeen{child_.generation, sign, "a reason"});
    if (child_.is_alive) exit({1, {}});
  } else if (child_.fate == Fate::loses_source) {
    exit({dice_.one_of({0, 1}), {}});
  }
}

void ProofWorld::turn_second() {
  if (!child_.is_alive || child_.generation == 0) return;
  const auto generation = child_.generation;
  const auto is_same = [&] { return child_.is_alive && child_.generation == generation; };
  if (now_ >= child_.fate_at && !child_.termed_at &&
      (child_.fate == Fate::exits || child_.fate == Fate::loses_source)) {
    return meet_fate();
  }
  if (shows_connections_) send_connections();
  if (is_same() && has_statistics_) send_statistics();
  if (!is_same()) return;
  monitor::ProcessSample sample;
  sample.state = 'S';
  if (child_.works_on || !child_.termed_at) child_.written += 188;
  sample.written_bytes = child_.written;
  send(Observed{generation, sample});
  if (is_same()) send_block();
}

void ProofWorld::send_block() {
  if (child_.termed_at || now_ < child_.starts_at) return;
  const bool stands = child_.fate == Fate::freezes || child_.fate == Fate::has_few_frames;
  if (!stands || now_ < child_.fate_at) child_.frames += 12;
  monitor::Progress block;
  block.frame = child_.frames;
  block.out_time = std::chrono::microseconds(child_.frames * 40'000);
  block.total_size_bytes = child_.frames * 2000;
  send(ProgressSeen{child_.generation, block});
}

// ---------------------------------------------------------------------------- witnesses

void ProofWorld::send_connections() {
  monitor::ConnectionSamples samples;
  const bool has_started = now_ >= child_.starts_at;
  ConnectionSample input;
  input.id = child_.generation * 2;
  input.side = Side::input;
  input.peer = "192.0.2.1:8000";
  const bool is_frozen = child_.fate == Fate::freezes && now_ >= child_.fate_at;
  if (has_started && !is_frozen && !child_.termed_at) child_.received += 24'000;
  input.received_bytes = child_.received;
  if (!setup_.command.source_listens || has_started) samples.push_back(input);
  ConnectionSample output;
  output.id = child_.generation * 2 + 1;
  output.side = Side::output;
  output.peer = "192.0.2.2:1935";
  output.received_bytes = 3000;
  const bool is_taken = child_.fate != Fate::is_not_taken || now_ < child_.fate_at;
  const bool has_few = child_.fate == Fate::has_few_frames && now_ >= child_.fate_at;
  if (has_few) child_.acked += 100;  // the sound, or a header once in a while
  if (is_taken && !has_few && has_started && !is_frozen) child_.acked += 24'000;
  output.acked_bytes = static_cast<std::uint64_t>(child_.acked);
  if (!is_taken) {
    output.peer_window_bytes = 0;
    output.unsent_bytes = 100'000;
  } else {
    output.peer_window_bytes = 65'000;
  }
  if (has_started && child_.is_connected) samples.push_back(output);
  send(Observed{child_.generation, samples});
}

// They show the publisher at first, and then those of another worker.
void ProofWorld::send_statistics() {
  if (now_ < child_.starts_at) return;
  monitor::SinkReport report;
  report.answered = true;
  report.has_publisher = child_.fate != Fate::is_not_shown || now_ < child_.fate_at;
  if (report.has_publisher) report.received_bytes = child_.frames * 2000;
  report.sentence = "the server's statistics";
  send(Observed{child_.generation, report});
}

void ProofWorld::answer_look() {
  const std::uint64_t number = *look_;
  look_.reset();
  LookAnswer answer = dice_.one_of(
      {LookAnswer::delivers, LookAnswer::reachable, LookAnswer::missing, LookAnswer::unclear});
  if (source_refuses_ && dice_.chance(0.3)) answer = LookAnswer::refused;
  monitor::SourceLook look{
      .answer = answer, .cause = Cause::source_missing, .sentence = "an answer"};
  if (answer == LookAnswer::refused) look.cause = Cause::source_refused;
  send(SourceProbed{number, look});
}

}  // namespace simulation
