// The world's FFmpegs: what they do, and what is done to them.

#include <cerrno>
#include <csignal>

#include "tests/simulation/world.hpp"

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;
using monitor::Cause;

bool World::is_present(const Item& item) const {
  return item.number == child_.generation && child_.running;
}

void World::perform(const Launch& action) {
  child_ = action.role == Role::primary
               ? make_child(action.generation, now_ < bad_until_, scenario_, dice_)
               : make_fallback(action.generation, scenario_, dice_);
  if (action.role == Role::primary) launched_at_ = now_;
  const bool slow = dice_.chance(scenario_.slow_answer);
  put(What::answer, slow ? dice_.between(1ms, 300ms) : 0s);
  aim();
}

void World::answer() {
  const bool bad = now_ < bad_until_ && child_.role == Role::primary;
  if (dice_.chance(bad ? 0.2 : scenario_.launch_failure)) {
    trace_.say("the launch fails", now_);
    primary_free_since_ = fallback_free_since_ = now_;
    return send(LaunchFailed{child_.generation, dice_.chance(0.2) ? ENOENT : EAGAIN});
  }
  child_.running = true;
  connect();
  const auto& command = scenario_.command;
  const bool blocks =
      child_.role == Role::primary ? command.reports_progress : command.fallback_reports_progress;
  if (blocks && child_.trouble != Trouble::never_starts) {
    put(What::block, child_.startup, child_.generation);
  }
  put(What::trouble, child_.life, child_.generation, child_.fates % 2 == 1);
  put(What::sample, 500ms, child_.generation);
  send(Launched{child_.generation, static_cast<pid_t>(child_.generation % 30'000 + 2)});
}

// The first thing it does is to open its input, then its output.
void World::connect() {
  const auto fail = [this](Trouble trouble, bool hangs) {
    doom(child_, hangs && dice_.chance(0.3) ? Trouble::never_starts : trouble, dice_);
    child_.life = hangs ? dice_.between(1s, 10s) : dice_.between(1ms, 1s);
    child_.startup = 1000h;
  };
  if (child_.role == Role::primary && !source_.up) {
    return fail(Trouble::loses_source, source_.absence == Absence::hangs);
  }
  if (!sink_.up) return fail(Trouble::loses_sink, sink_.absence == Absence::hangs);
  if (is_name_taken()) return fail(Trouble::name_taken, false);
  child_.publishes = true;
}

// From outside, at some moment soon; its own fate is forgotten.
void World::befall(Trouble trouble, Duration in) {
  doom(child_, trouble, dice_);
  put(What::trouble, in, child_.generation, child_.fates % 2 == 1);
}

// A child that was not answered for yet cannot be signalled: the signal is lost.
void World::perform(const Signal& action) {
  if (!child_.running || (child_.leaving && action.number != SIGKILL)) return;
  aim();
  if (action.number == SIGTERM && child_.terms == 0) put(What::sample, 0s, child_.generation);
  const auto span = ends_after(child_, action.number, dice_);
  if (!span) return;
  child_.fate = action.number == SIGKILL || dice_.chance(0.3)
                    ? monitor::ExitStatus{{}, action.number}
                    : monitor::ExitStatus{255, {}};
  leave(*span);
}

void World::say_block() {
  const double spread = dice_.between(0.8, 1.2);
  const Duration until_next = std::chrono::duration_cast<Duration>(scenario_.block_period * spread);
  const bool silent = child_.hung && child_.trouble != Trouble::freezes;
  const bool advances = !child_.hung;
  if (advances) {
    const double span = child_.advanced() ? monitor::seconds(last_span_) : 1.0;
    child_.media_seconds += span;
    child_.media_bytes += span * 250'000 * dice_.between(0.9, 1.1) * (child_.starved ? 0.1 : 1);
  }
  last_span_ = until_next;
  put(What::block, until_next, child_.generation);
  if (!silent) send(ProgressSeen{child_.generation, block_of(child_, kind_)}, advances);
}

void World::say(monitor::Sign sign) {
  send(SignSeen{child_.generation, sign, "a telling line"});
}

void World::get_into_trouble(const Item& item) {
  if (child_.hung || child_.leaving || item.flag != (child_.fates % 2 == 1)) return;
  const auto life = life_;
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
      if (child_.advanced()) break;
      child_.said_permanent = core_->status().state == State::starting;
      say({Cause::command_invalid, false, 200});
      break;
    case Trouble::loses_source:
      child_.said_lost = child_.blames_source = true;
      say({source_.absence == Absence::missing ? Cause::source_missing : Cause::source_ended, true,
           200});
      break;
    case Trouble::loses_sink:
      child_.said_lost = true;
      say({Cause::sink_lost, true, 200});
      break;
    case Trouble::name_taken:
      child_.said_lost = true;
      say({Cause::sink_rejected, true, 200, true});
      break;
    case Trouble::exits:
      if (dice_.chance(0.5)) say({Cause::sink_lost, true, 200});
      break;
    case Trouble::crashes:
    case Trouble::ends:
      break;
  }
  if (life == life_ && child_.running && !child_.leaving) leave(dice_.between(0ms, 50ms));
}

void World::hang() {
  child_.hung = true;
  trace_.say("FFmpeg hangs", now_);
  if (child_.trouble == Trouble::is_stopped) put(What::sample, 1s, child_.generation);
}

void World::leave(Duration in) {
  child_.leaving = true;
  put(What::exit, in, child_.generation);
}

// What the server remembers of a publisher that went without a farewell.
void World::lose_publisher() {
  if (!child_.publishes || scenario_.name_sticks == 0s || !dice_.chance(0.5)) return;
  name_held_until_ = now_ + dice_.between(0s, scenario_.name_sticks);
}

void World::exit() {
  child_.running = false;
  lose_publisher();
  if (dice_.chance(0.3)) put(What::stale, dice_.between(0s, 2min), child_.generation);
  if (child_.role == Role::primary) primary_free_since_ = now_;
  fallback_free_since_ = now_;
  send(Exited{child_.generation, child_.fate});
}

}  // namespace simulation
