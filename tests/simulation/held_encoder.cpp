#include "tests/simulation/held_encoder.hpp"

#include <csignal>
#include <utility>

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;
using monitor::Cause;

namespace {

constexpr Duration half = 500ms;

// A picture each quarter of a second, a key frame each two: what the splicer needs and no more.
splice::test::EncoderSetting media_of(bool has_sound, std::uint32_t width, Dice& dice) {
  splice::test::EncoderSetting setting;
  setting.fps = 4;
  setting.gop = 8;
  setting.picture_size = 700;
  setting.has_audio = has_sound;
  setting.width = width;
  setting.start = static_cast<splice::Ticks>(dice.next() % 1'000'000'000);
  return setting;
}

}  // namespace

HeldEncoder::HeldEncoder(Surroundings surroundings, std::uint64_t seed, bool aloud)
    : in_(std::move(surroundings)),
      core_(encoder_setup(in_.scenario, in_.scenario.outputs).policy, in_.scenario.limits,
            encoder_setup(in_.scenario, in_.scenario.outputs).command, seed),
      trace_(in_.now, aloud, "encoder"),
      stands_until_(in_.now),
      source_changes_at_(in_.now + in_.dice.around(in_.scenario.mean_source_up)),
      launched_at_(in_.now),
      trouble_at_(in_.now),
      advanced_at_(in_.now),
      asked_at_(in_.now) {
  source_.mean_up = in_.scenario.mean_source_up;
  source_.mean_down = in_.scenario.mean_source_down;
}

// What a step brings comes after it, as in the driver.
void HeldEncoder::wake(Event event, bool is_asked) {
  if (is_asked) asked_at_ = in_.now;
  events_.emplace_back(std::move(event), is_asked);
  if (std::exchange(is_stepping_, true)) return;
  while (!events_.empty()) {
    const auto [next, next_is_asked] = std::move(events_.front());
    events_.pop_front();
    step(next, next_is_asked);
  }
  is_stepping_ = false;
}

void HeldEncoder::report(monitor::OutputReports reports) {
  wake(Observed{core_.status().generation, std::move(reports)});
}

void HeldEncoder::reconfigure(Setup setup, bool is_other_encoder) {
  if (is_other_encoder && in_.dice.chance(0.5)) width_ = width_ == 320 ? 640 : 320;
  wake(Reconfigured{std::move(setup), is_other_encoder, false}, true);
  report(in_.reports());
}

void HeldEncoder::step(const Event& event, bool is_asked) {
  const State before = core_.status().state;
  const Step step = core_.step(event, in_.now);
  trace_.add(event, step, core_, in_.now);
  in_.rules.check_encoder(core_, before, step, truth(), in_.publishers(), is_asked, in_.now);
  for (const Action& action : step.actions) {
    if (const auto* launch = std::get_if<Launch>(&action)) perform(*launch);
    if (const auto* signal = std::get_if<Signal>(&action)) perform(*signal);
    if (const auto* look = std::get_if<ProbeSource>(&action)) perform(*look);
    if (const auto* end = std::get_if<End>(&action)) in_.on_end(end->exit_code);
  }
  in_.after_step();
}

// ---------------------------------------------------------------------------- time

Instant HeldEncoder::next_at() const {
  return std::min({core_.next_deadline(), exit_at_, look_at_, source_changes_at_});
}

void HeldEncoder::pass() {
  if (in_.now >= exit_at_) return exit();
  if (in_.now >= source_changes_at_) return change_source();
  if (in_.now >= look_at_) {
    look_at_ = monitor::never;
    const auto answer = source_.up ? monitor::LookAnswer::delivers : monitor::LookAnswer::missing;
    return wake(
        SourceProbed{*std::exchange(look_, std::nullopt),
                     {.answer = answer, .cause = Cause::source_missing, .sentence = "an answer"}});
  }
  if (in_.now >= core_.next_deadline()) wake(Tick{});
}

void HeldEncoder::change_source() {
  source_changes_at_ = in_.now + source_.change(in_.dice);
  trouble_at_ = in_.now;
  const bool is_lost = !source_.up && child_.running && !child_.leaving && !child_.hung;
  if (is_lost) fate_at_ = std::min(fate_at_, in_.now + in_.dice.between(0s, 5s));
}

HeldRules::Encoder HeldEncoder::truth() const {
  const bool is_in_trouble =
      !source_.up || child_.hung || child_.leaving || in_.now < stands_until_;
  return {.is_alive = child_.running,
          .still_reports = child_.hung && child_.trouble == Trouble::freezes,
          .trouble_at = is_in_trouble ? in_.now : trouble_at_,
          .advanced_at = advanced_at_};
}

Instant HeldEncoder::well_since() const {
  return std::max({truth().trouble_at, asked_at_, launched_at_});
}

// ---------------------------------------------------------------------------- its FFmpeg

void HeldEncoder::perform(const ProbeSource& action) {
  look_ = action.number;
  look_at_ = in_.now + source_.look(in_.dice);
}

void HeldEncoder::perform(const Launch& action) {
  in_.before_launch();
  trouble_at_ = {};  // of the one before
  launched_at_ = in_.now;
  child_ = {};
  child_.generation = action.generation;
  in_.relay()->begin_encoder(in_.now);
  if (in_.dice.chance(in_.scenario.launch_failure)) {
    trouble_at_ = in_.now;
    in_.relay()->end_encoder(in_.now);
    return wake(LaunchFailed{action.generation, EAGAIN});
  }
  child_.running = true;
  child_.on_term = in_.dice.one_of({OnTerm::ends, OnTerm::ends, OnTerm::ends_slowly,
                                    OnTerm::ends_at_the_second, OnTerm::ignores});
  child_.trouble =
      in_.dice.one_of({Trouble::crashes, Trouble::exits, Trouble::ends, Trouble::goes_silent,
                       Trouble::freezes, Trouble::is_stopped, Trouble::starves});
  stands_until_ = in_.now;
  begins_at_ = in_.now + in_.dice.between(200ms, 3s);
  fate_at_ = in_.now + in_.dice.around(in_.scenario.mean_encoder);
  if (!source_.up) fate_at_ = std::min(fate_at_, in_.now + in_.dice.between(0ms, 1s));
  exit_at_ = monitor::never;
  media_.reset();
  media_life_ = {};
  received_ = 0;
  wake(Launched{action.generation, static_cast<pid_t>(action.generation % 30'000 + 2)});
  report(in_.reports());
}

void HeldEncoder::perform(const Signal& action) {
  if (!child_.running || (child_.leaving && action.number != SIGKILL)) return;
  const auto span = ends_after(child_, action.number, in_.dice);
  if (span) leave({255, {}}, *span);
}

void HeldEncoder::leave(monitor::ExitStatus status, Duration in) {
  child_.leaving = true;
  child_.fate = status;
  exit_at_ = in_.now + in;
}

void HeldEncoder::exit() {
  exit_at_ = monitor::never;
  child_.running = false;
  trouble_at_ = in_.now;
  ++in_.rules.tally().encoder_ends;
  if (HeldRelay* relay = in_.relay()) relay->end_encoder(in_.now);
  wake(Exited{child_.generation, child_.fate});
}

void HeldEncoder::meet_fate() {
  fate_at_ = monitor::never;
  trouble_at_ = in_.now;
  if (!source_.up) {
    wake(SignSeen{child_.generation, {Cause::source_missing, true, 200}, "a telling line"});
    if (child_.running && !child_.leaving) leave({1, {}}, 10ms);
    return;
  }
  switch (child_.trouble) {
    case Trouble::crashes:
      return leave({{}, SIGSEGV}, 0ms);
    case Trouble::exits:
      return leave({1, {}}, 10ms);
    case Trouble::ends:
      return leave({0, {}}, 10ms);
    case Trouble::starves:  // for a while
      stands_until_ = in_.now + in_.dice.between(1s, 20s);
      fate_at_ = in_.now + in_.dice.around(in_.scenario.mean_encoder);
      return;
    default:
      child_.hung = true;
  }
}

void HeldEncoder::turn() {
  samples_ = !samples_;
  if (child_.running && samples_) send_samples();
  if (!child_.running || child_.leaving) return;
  if (stands()) trouble_at_ = in_.now;
  if (in_.now >= fate_at_ && child_.terms == 0) return meet_fate();
  if (in_.now >= begins_at_ && child_.terms == 0) put_out();
}

// It has one connection, to its source.
void HeldEncoder::send_samples() {
  if (in_.scenario.kernel_reports) {
    monitor::ConnectionSample input;
    input.id = 1'000'000'000 + child_.generation;
    input.side = monitor::Side::input;
    input.peer = "192.0.2.2:8000";
    if (source_.up && !stands()) received_ += 6000;
    input.received_bytes = received_;
    if (child_.hung && source_.up) input.unread_bytes = 50'000;
    wake(Observed{child_.generation, monitor::ConnectionSamples{input}});
  }
  work(child_, in_.dice);
  monitor::ProcessSample sample;
  sample.state = child_.hung && child_.trouble == Trouble::is_stopped ? 'T' : 'S';
  sample.cpu_time = child_.cpu_time;
  sample.written_bytes = child_.written_bytes;
  wake(Observed{child_.generation, sample});
}

void HeldEncoder::put_out() {
  if (stands() && !(child_.hung && child_.trouble == Trouble::freezes)) return;
  if (!stands()) {
    if (!media_) media_.emplace(media_of(in_.scenario.has_sound, width_, in_.dice));
    media_life_ += half;
    advanced_at_ = in_.now;
    child_.media_seconds += monitor::seconds(half);
    child_.media_bytes += 3000;
    if (HeldRelay* relay = in_.relay()) relay->feed(media_->until(media_life_), in_.now);
  }
  wake(ProgressSeen{child_.generation, block_of(child_, Kind::video)});
}

}  // namespace simulation
