#include "tests/simulation/held_publisher.hpp"

#include <csignal>
#include <utility>

#include "recovery/published_output.hpp"

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;
using monitor::Cause;
using monitor::OutputState;

namespace {

constexpr std::size_t bytes_a_second = 6000;  // about what the made-up encoder gives
constexpr Duration half = 500ms;

}  // namespace

HeldPublisher::HeldPublisher(std::size_t number, const HeldPlan& plan, HeldServer& server,
                             HeldSurroundings surroundings, std::uint64_t seed, bool aloud)
    : number_(number),
      plan_(plan),
      server_(server),
      in_(std::move(surroundings)),
      setup_(publisher_setup(in_.scenario, plan)),
      core_(setup_.policy, setup_.limits, setup_.command, seed),
      trace_(in_.now, aloud, plan.name),
      since_(in_.now),
      launched_at_(in_.now),
      trouble_at_(in_.now),
      delivered_at_(in_.now),
      asked_at_(in_.now) {
}

// ---------------------------------------------------------------------------- as the supervisor

void HeldPublisher::wake(const Event& event, bool is_asked) {
  if (is_asked) asked_at_ = in_.now;
  step(event, is_asked);
  settle();
}

void HeldPublisher::step(const Event& event, bool is_asked) {
  const State before = core_.status().state;
  const Step step = core_.step(event, in_.now);
  trace_.add(event, step, core_, in_.now);
  in_.rules.check_publisher(core_, before, step, truth(), in_.stream, is_asked, in_.now);
  for (const Action& action : step.actions) {
    if (const auto* launch = std::get_if<Launch>(&action)) perform(*launch);
    if (const auto* signal = std::get_if<Signal>(&action)) perform(*signal);
    if (const auto* look = std::get_if<ProbeSink>(&action)) {
      look_ = look->number;
      look_at_ = in_.now + server_.endpoint.look(in_.dice);
    }
  }
}

void HeldPublisher::settle() {
  const OutputState present = report().state;
  if (present != reported_) {
    reported_ = present;
    since_ = in_.now;
  }
  in_.on_change();
}

monitor::OutputReport HeldPublisher::report() const {
  return report_on(plan_.name, core_.status(), is_idle_, since_, is_stopped);
}

bool HeldPublisher::is_over() const {
  const Status status = core_.status();
  return status.ended || (status.state == State::stopped && !status.pid);
}

void HeldPublisher::kill() {
  wake(KillRequested{}, true);
}

void HeldPublisher::set_idle(bool is_idle) {
  if (std::exchange(is_idle_, is_idle) == is_idle) return;
  wake(InputIdle{is_idle});
}

void HeldPublisher::finish(Duration within) {
  if (!child_.running) return wake(StopRequested{.shutdown = true}, true);
  setup_.policy.restart = Restart::never;
  setup_.policy.stop_grace = within / 2;
  wake(Reconfigured{setup_}, true);
  if (core_.status().state == State::stopping) return wake(StopRequested{.shutdown = true}, true);
  ask_at_ = in_.now + within / 2;
}

void HeldPublisher::reconfigure(const HeldPlan& plan) {
  plan_ = plan;
  setup_ = publisher_setup(in_.scenario, plan);
  wake(Reconfigured{setup_});
}

// ---------------------------------------------------------------------------- time

Instant HeldPublisher::next_at() const {
  return std::min({core_.next_deadline(), exit_at_, look_at_, ask_at_});
}

void HeldPublisher::pass() {
  if (in_.now >= exit_at_) return exit();
  if (in_.now >= look_at_) {
    look_at_ = monitor::never;
    return wake(SinkProbed{*std::exchange(look_, std::nullopt), server_.is_up(), "an answer"});
  }
  if (in_.now >= ask_at_) {
    ask_at_ = monitor::never;
    wake(StopRequested{.shutdown = true}, true);
  }
  if (in_.now >= core_.next_deadline()) wake(Tick{});
}

Instant HeldPublisher::well_since() const {
  return std::max(
      {trouble_at_, asked_at_, launched_at_, server_.is_up() ? server_.well_since : in_.now});
}

HeldRules::Publisher HeldPublisher::truth() const {
  return {.name = plan_.name,
          .required = plan_.required,
          .is_wrong = plan_.is_wrong,
          .is_stopped = is_stopped,
          .is_leaving = is_leaving,
          .is_alive = child_.running,
          .reported = report().state,
          .trouble_at = server_.is_up() ? std::max(trouble_at_, server_.well_since) : in_.now,
          .delivered_at = delivered_at_,
          .asked_at = asked_at_};
}

// ---------------------------------------------------------------------------- its FFmpeg

void HeldPublisher::perform(const Launch& action) {
  trouble_at_ = {};  // of the one before
  launched_at_ = in_.now;
  if (in_.dice.chance(in_.scenario.launch_failure)) {
    trouble_at_ = in_.now;
    return step(LaunchFailed{action.generation, EAGAIN}, false);
  }
  child_ = {};
  child_.generation = action.generation;
  child_.running = true;
  child_.on_term = in_.dice.one_of({OnTerm::ends, OnTerm::ends, OnTerm::ends_slowly,
                                    OnTerm::ends_at_the_second, OnTerm::ignores});
  child_.trouble = in_.dice.one_of(
      {Trouble::crashes, Trouble::exits, Trouble::goes_silent, Trouble::is_stopped});
  fate_at_ = in_.now + in_.dice.around(in_.scenario.mean_publisher);
  exit_at_ = opens_at_ = monitor::never;
  connection_.reset();
  in_socket_ = 0;
  has_advanced_ = false;
  in_.relay.attach(number_);
  step(Launched{action.generation, static_cast<pid_t>(action.generation % 30'000 + 2)}, false);
}

void HeldPublisher::perform(const Signal& action) {
  if (!child_.running || (child_.leaving && action.number != SIGKILL)) return;
  const auto span = ends_after(child_, action.number, in_.dice);
  if (span) leave({255, {}}, *span);
}

void HeldPublisher::leave(monitor::ExitStatus status, Duration in) {
  child_.leaving = true;
  child_.fate = status;
  exit_at_ = in_.now + in;
}

void HeldPublisher::exit() {
  exit_at_ = monitor::never;
  child_.running = false;
  ++in_.rules.tally().publisher_ends;
  wake(Exited{child_.generation, child_.fate});
}

void HeldPublisher::fail(monitor::Sign sign) {
  trouble_at_ = in_.now;
  wake(SignSeen{child_.generation, sign, "a telling line"});
  if (runs()) leave({1, {}}, in_.dice.between(0ms, 50ms));
}

void HeldPublisher::meet_fate() {
  fate_at_ = monitor::never;
  if (child_.trouble == Trouble::crashes) return leave({{}, SIGSEGV}, 0ms);
  if (child_.trouble == Trouble::exits) return leave({1, {}}, 10ms);
  child_.hung = true;
}

void HeldPublisher::turn() {
  samples_ = !samples_;
  if (child_.running && samples_) send_samples();
  if (child_.hung || child_.leaving) trouble_at_ = child_.running ? in_.now : trouble_at_;
  if (!runs() || child_.hung || child_.terms > 0) return;
  if (in_.now >= fate_at_) {
    trouble_at_ = in_.now;
    return meet_fate();
  }
  if (connection_) return copy();
  open();
}

// It reads its input first, then it connects.
void HeldPublisher::open() {
  if (opens_at_ == monitor::never) {
    if (in_.relay.is_at_end(number_)) return leave({1, {}}, 10ms);
    if (in_.relay.read(number_, bytes_a_second) == 0) return;
    opens_at_ = in_.now + in_.dice.between(50ms, 1500ms);
  }
  if (in_.now < opens_at_) return;
  if (plan_.is_wrong) return fail({Cause::command_invalid, false, 200});
  if (server_.hangs()) return;
  if (!server_.is_up()) return fail({Cause::sink_unreachable, true, 200});
  connection_ = server_.losses;
  ++connections_;
  acked_ = 3000;
}

void HeldPublisher::copy() {
  const auto room =
      static_cast<std::size_t>(bytes_a_second * monitor::seconds(in_.scenario.socket_span));
  const std::size_t most = in_socket_ < room ? room - in_socket_ : 0;
  const std::size_t taken = in_.relay.read(number_, std::max<std::size_t>(most, 1));
  if (taken > 0 && !is_connected()) return fail({Cause::sink_lost, true, 200});
  in_socket_ += taken;
  if (server_.is_up() && is_connected()) {
    acked_ += std::exchange(in_socket_, 0);
    if (taken > 0) delivered_at_ = in_.now;
  }
  if (taken > 188) {
    child_.media_seconds += monitor::seconds(half);
    child_.media_bytes += static_cast<double>(taken);
    has_advanced_ = true;
  }
  const bool goes_on = has_advanced_ && in_.scenario.blocks_go_on && in_socket_ < room;
  if (taken > 188 || goes_on) wake(ProgressSeen{child_.generation, block_of(child_, Kind::video)});
  if (runs() && in_.relay.is_at_end(number_)) leave({0, {}}, in_.dice.between(10ms, 100ms));
}

void HeldPublisher::send_samples() {
  const Generation generation = child_.generation;
  monitor::ProcessSample sample;
  sample.state = child_.hung && child_.trouble == Trouble::is_stopped ? 'T' : 'S';
  if (in_.scenario.kernel_reports) {
    monitor::ConnectionSamples all;
    if (connection_ && is_connected()) {
      monitor::ConnectionSample one;
      one.id = number_ * 1'000'000 + connections_;
      one.side = monitor::Side::output;
      one.outputs = 1;
      one.peer = "192.0.2.1:1935";
      one.acked_bytes = acked_;
      one.received_bytes = 3000;
      one.unsent_bytes = in_socket_;
      one.peer_window_bytes = server_.hangs() && in_socket_ > 0 ? 0 : 65'000;
      all.push_back(one);
    }
    wake(Observed{generation, all});
  }
  work(child_, in_.dice);
  sample.cpu_time = child_.cpu_time;
  sample.written_bytes = child_.written_bytes;
  wake(Observed{generation, sample});
}

}  // namespace simulation
