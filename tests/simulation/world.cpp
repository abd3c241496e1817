#include "tests/simulation/world.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <sstream>
#include <utility>
#include <variant>

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;
using monitor::Cause;

World::World(std::uint64_t seed)
    : dice_(seed),
      scenario_(make_scenario(dice_)),
      core_(scenario_.policy, scenario_.limits, {scenario_.reports_progress}, seed),
      rules_(scenario_, began_),
      kind_(dice_.one_of({Kind::video, Kind::audio, Kind::null_output})) {
}

void World::run(Duration length) {
  put(What::bad_times, dice_.around(scenario_.mean_good_times));
  put(What::request, dice_.around(scenario_.mean_request));
  put(What::pause, dice_.around(scenario_.mean_pause));
  if (dice_.chance(0.2)) bad_until_ = now_ + dice_.around(scenario_.mean_bad_times);
  send(StartRequested{});
  const Instant end = began_ + length;
  while (now_ < end && !core_.status().ended) {
    const Instant deadline = core_.next_deadline();
    const Instant due = deadline == monitor::never
                            ? monitor::never
                            : std::max(now_, deadline + scenario_.tick_lateness);
    if (items_.front().at <= due) {
      std::pop_heap(items_.begin(), items_.end());
      const Item item = items_.back();
      items_.pop_back();
      now_ = std::max(now_, item.at);
      happen(item);
    } else {
      now_ = due;
      send(Tick{});
    }
    if (core_.status().state == State::stopped && !std::exchange(start_is_put_, true)) {
      put(What::start, dice_.around(30min));
    }
  }
  check_ledger();
}

std::string World::tell() const {
  std::ostringstream text;
  text << scenario_ << trace_.tell(began_);
  return text.str();
}

void World::put(What what, Duration in, Generation generation) {
  items_.push_back({now_ + in, order_++, what, generation});
  std::push_heap(items_.begin(), items_.end());
}

void World::happen(const Item& item) {
  const bool present = item.generation == child_.generation && child_.running;
  switch (item.what) {
    case What::answer:
      return answer();
    case What::block:
      return present ? say_block() : void();
    case What::trouble:
      return present ? get_into_trouble() : void();
    case What::sample:
      if (present) {
        monitor::ProcessSample sample;
        sample.state = child_.hung && child_.trouble == Trouble::is_stopped ? 'T' : 'S';
        send(Sampled{child_.generation, sample});
      }
      return;
    case What::exit:
      return present ? exit() : void();
    case What::stale:
      return send_stale(item.generation);
    case What::request:
      return send_request();
    case What::start:
      start_is_put_ = false;
      return send(StartRequested{});
    case What::pause:
      return pause();
    case What::bad_times:
      bad_until_ = now_ + dice_.around(scenario_.mean_bad_times);
      // What is on air mostly goes down with it.
      if (child_.running && dice_.chance(0.7)) put(What::trouble, 0s, child_.generation);
      return put(What::bad_times, bad_until_ - now_ + dice_.around(scenario_.mean_good_times));
  }
}

void World::send(const Event& event, bool advanced) {
  ++events_;
  const Step step = core_.step(event, now_);
  trace_.add(event, step, core_, now_);
  ledger_.record(event, step, core_.status(), now_, WallTime{} + now_.time_since_epoch());
  rules_.check(event, step, core_,
               {advanced, child_.starved || child_.hung, child_.said_permanent, child_.said_lost},
               now_);
  for (const Action& action : step.actions) perform(action);
}

void World::perform(const Action& action) {
  if (const auto* wanted = std::get_if<Launch>(&action)) launch(wanted->generation);
  if (const auto* wanted = std::get_if<Signal>(&action)) signal(wanted->number);
}

// ---------------------------------------------------------------------------- the child

void World::launch(Generation generation) {
  child_ = make_child(generation, now_ < bad_until_, scenario_, dice_);
  const bool slow = dice_.chance(scenario_.slow_answer);
  put(What::answer, slow ? dice_.between(1ms, 300ms) : 0s);
}

void World::answer() {
  const bool bad = now_ < bad_until_;
  if (dice_.chance(bad ? 0.2 : scenario_.launch_failure)) {
    return send(LaunchFailed{child_.generation, dice_.chance(0.2) ? ENOENT : EAGAIN});
  }
  child_.running = true;
  if (scenario_.reports_progress && child_.trouble != Trouble::never_starts) {
    put(What::block, child_.startup, child_.generation);
  }
  put(What::trouble, child_.life, child_.generation);
  put(What::sample, 500ms, child_.generation);
  send(Launched{child_.generation, static_cast<pid_t>(child_.generation % 30'000 + 2)});
}

// A child that was not answered for yet cannot be signalled: the signal is lost.
void World::signal(int number) {
  if (!child_.running || (child_.leaving && number != SIGKILL)) return;
  const auto span = ends_after(child_, number, dice_);
  if (!span) return;
  child_.fate = number == SIGKILL || dice_.chance(0.3) ? monitor::ExitStatus{{}, number}
                                                       : monitor::ExitStatus{255, {}};
  leave(*span);
}

void World::say_block() {
  const double spread = dice_.between(0.8, 1.2);
  const Duration until_next = std::chrono::duration_cast<Duration>(scenario_.block_period * spread);
  const bool silent = child_.hung && child_.trouble != Trouble::freezes;
  const bool advances = !child_.hung;
  if (advances) {
    const bool first = child_.media_seconds == 0;
    const double span = first ? 1.0 : monitor::seconds(last_span_);
    child_.media_seconds += span;
    child_.media_bytes += span * 250'000 * dice_.between(0.9, 1.1) * (child_.starved ? 0.1 : 1);
  }
  last_span_ = until_next;
  put(What::block, until_next, child_.generation);
  if (!silent) send(ProgressSeen{child_.generation, block_of(child_, kind_)}, advances);
}

void World::get_into_trouble() {
  const auto say = [this](Cause cause, bool retryable) {
    send(SignSeen{child_.generation, {cause, retryable, 200}, "a telling line"});
  };
  switch (child_.trouble) {
    case Trouble::goes_silent:
    case Trouble::freezes:
    case Trouble::is_stopped:
      return hang();
    case Trouble::never_starts:
      return;
    case Trouble::starves:
      child_.starved = true;
      return;
    case Trouble::is_wrong:
      // Whatever has put something out was not wrong.
      if (child_.media_seconds > 0) break;
      child_.said_permanent = core_.status().state == State::starting;
      say(Cause::command_invalid, false);
      break;
    case Trouble::loses_source:
      if (!child_.leaving) child_.said_lost = true;
      say(Cause::source_ended, true);
      break;
    case Trouble::exits:
      if (dice_.chance(0.5)) say(Cause::sink_lost, true);
      break;
    case Trouble::crashes:
    case Trouble::ends:
      break;
  }
  if (child_.running && !child_.leaving) leave(dice_.between(0ms, 50ms));
}

void World::hang() {
  child_.hung = true;
  if (child_.trouble == Trouble::is_stopped) put(What::sample, 1s, child_.generation);
}

void World::leave(Duration in) {
  child_.leaving = true;
  put(What::exit, in, child_.generation);
}

void World::exit() {
  child_.running = false;
  if (dice_.chance(0.3)) put(What::stale, dice_.between(0s, 2min), child_.generation);
  send(Exited{child_.generation, child_.fate});
}

// ---------------------------------------------------------------------------- everything else

void World::send_stale(Generation generation) {
  if (generation == child_.generation && child_.running) return;
  monitor::ProcessSample stopped;
  stopped.state = 'T';
  monitor::Progress block;
  block.frame = 1'000'000'000;
  switch (dice_.next() % 7) {
    case 0:
      return send(Exited{generation, {1, {}}});
    case 1:
      return send(LaunchFailed{generation, ENOENT});
    case 2:
      return send(ProgressSeen{generation, block}, true);
    case 3:
      return send(Sampled{generation, stopped});
    case 4:
      return send(Launched{generation, 1});
    case 5:
      return send(Tick{});  // before its time
    default:
      return send(SignSeen{generation, {Cause::command_invalid, false, 255}, "late"});
  }
}

void World::send_request() {
  // People press twice.
  put(What::request,
      dice_.chance(0.2) ? dice_.between(0s, 8s) : dice_.around(scenario_.mean_request));
  const double share = dice_.share();
  if (share < 0.40) return send(RestartRequested{});
  if (share < 0.65) return send(StopRequested{});
  if (share < 0.95) return send(StartRequested{});
  if (share < 0.98) return send(KillRequested{});
  if (dice_.chance(0.3)) send(StopRequested{true});
}

void World::pause() {
  const Duration span = dice_.around(dice_.one_of<Duration>({2s, 1min, 1h}));
  for (Item& item : items_) item.at += span;
  now_ += span;
  bad_until_ += span;
  put(What::pause, dice_.around(scenario_.mean_pause));
  send(Paused{});
}

void World::check_ledger() const {
  const Totals& totals = ledger_.totals();
  require(totals.launches <= rules_.tally().launches && totals.restarts <= totals.launches,
          "the ledger counts launches", "another number");
  require(totals.errors_critical == rules_.tally().escalations, "the ledger counts escalations",
          "another number");
  require(ledger_.history()->size() <= Ledger::history_limit && ledger_.incidents()->size() <= 50,
          "the ledger is bounded", "it is not");
}

}  // namespace simulation
