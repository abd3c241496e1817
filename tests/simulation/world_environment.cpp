// What surrounds the world's FFmpegs: source, sink, people, machines that pause.

#include <algorithm>
#include <cerrno>

#include "tests/simulation/world.hpp"

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;
using monitor::Cause;
using monitor::LookAnswer;

// ---------------------------------------------------------------------------- source and sink

void World::source_changes(bool by_itself) {
  if (by_itself) {
    put(What::source, source_.change(dice_));
  } else {
    turn(source_, dice_);
  }
  trace_.say(source_.up ? "the source is there" : "the source is gone", now_);
  const bool reads = child_.running && child_.role == Role::primary && !child_.leaving;
  if (source_.up || !reads || child_.hung) return;
  befall(dice_.chance(0.8) ? Trouble::loses_source : Trouble::goes_silent, dice_.between(0s, 2s));
}

void World::sink_changes(bool by_itself) {
  if (by_itself) {
    put(What::sink, sink_.change(dice_));
  } else {
    turn(sink_, dice_);
  }
  trace_.say(sink_.up ? "the sink is there" : "the sink is gone", now_);
  if (!sink_.up) name_held_until_ = Instant::min();
  if (sink_.up || !child_.running || child_.leaving || child_.hung) return;
  const bool hangs = sink_.absence == Absence::hangs;
  befall(hangs ? Trouble::goes_silent : Trouble::loses_sink, dice_.between(0s, 2s));
}

// Something changes at the worst moment: right after what the core has just done.
void World::aim() {
  if (!dice_.chance(scenario_.aim)) return;
  const auto what = dice_.one_of({What::source_blip, What::source_blip, What::sink_blip});
  put(what, dice_.one_of<Duration>({1ns, 1us, 1ms, 10ms}), 0, true);
}

// It never begins while the fallback is in the primary's place.
void World::standby_changes() {
  if (!scenario_.command.has_fallback || !core_ || dice_.chance(0.5)) return;
  fallback_free_since_ = now_;
  send(StandbyChanged{core_->status().state != State::fallback && dice_.chance(0.5)});
}

void World::blip(What what, bool again) {
  what == What::source_blip ? source_changes(false) : sink_changes(false);
  if (again) put(what, dice_.between(1ns, dice_.one_of<Duration>({10ms, 300ms, 3s})));
}

bool World::loses_answer() {
  answer_was_lost_ = !answer_was_lost_ && dice_.chance(scenario_.lost_answer);
  return answer_was_lost_;
}

void World::perform(const ProbeSource& action) {
  aim();
  if (loses_answer()) return;
  const bool there = source_.up || scenario_.probe_lies;
  put(What::source_answer, there ? Endpoint{}.look(dice_) : source_.look(dice_), action.number,
      there);
}

void World::perform(const ProbeSink& action) {
  aim();
  if (loses_answer()) return;
  put(What::sink_answer, sink_.look(dice_), action.number, sink_.up);
}

void World::answer_look(const Item& item) {
  if (item.what == What::sink_answer) {
    return send(SinkProbed{item.number, item.flag, item.flag ? "it is there" : "it is not"});
  }
  const Cause cause =
      source_.absence == Absence::missing ? Cause::source_missing : Cause::source_unreachable;
  const LookAnswer absent =
      source_.absence == Absence::hangs ? LookAnswer::unclear : LookAnswer::missing;
  const LookAnswer present = scenario_.probe_lies ? LookAnswer::reachable : LookAnswer::delivers;
  send(SourceProbed{item.number,
                    {.answer = item.flag ? present : absent,
                     .cause = cause,
                     .sentence = item.flag ? "it is there" : "it is not"}});
}

// ---------------------------------------------------------------------------- everything else

void World::send_stale(Generation generation) {
  if (generation == child_.generation && child_.running) return;
  monitor::ProcessSample stopped;
  stopped.state = 'T';
  monitor::Progress block;
  block.frame = 1'000'000'000;
  switch (dice_.next() % 9) {
    case 0:
      return send(Exited{generation, {1, {}}});
    case 1:
      return send(LaunchFailed{generation, ENOENT});
    case 2:
      return send(ProgressSeen{generation, block}, true);
    case 3:
      return send(Observed{generation, stopped});
    case 4:
      return send(Launched{generation, 1});
    case 5:
      return send(Tick{});  // before its time
    case 6:
      return send(SourceProbed{
          dice_.next() % 50,
          {.answer = dice_.one_of({LookAnswer::delivers, LookAnswer::missing, LookAnswer::unclear}),
           .cause = Cause::source_missing,
           .sentence = "?"}});
    case 7:
      return send(SinkProbed{dice_.next() % 50, dice_.chance(0.5), "?"});
    default:
      return send(SignSeen{generation, {Cause::command_invalid, false, 255}, "late"});
  }
}

void World::send_request() {
  // People press twice.
  put(What::request,
      dice_.chance(0.2) ? dice_.between(0s, 8s) : dice_.around(scenario_.mean_request));
  if (!core_) return;
  primary_free_since_ = fallback_free_since_ = now_;
  const double share = dice_.share();
  if (share < 0.30) return send(RestartRequested{});
  if (share < 0.40) {
    // A reload for which the primary must be launched anew.
    if (core_->status().ended) return;
    return send(Reconfigured{{scenario_.policy, scenario_.limits, scenario_.command}, true, false});
  }
  if (share < 0.65) return send(StopRequested{});
  if (share < 0.94) return send(StartRequested{});
  if (share < 0.97) return send(KillRequested{});
  send(StopRequested{true});
}

void World::pause() {
  const Duration span = dice_.around(dice_.one_of<Duration>({2s, 1min, 1h}));
  for (Item& item : items_) item.at += span;
  now_ += span;
  bad_until_ += span;
  primary_free_since_ = fallback_free_since_ = now_;
  put(What::pause, dice_.around(scenario_.mean_pause));
  receiver_.pause(now_);
  if (core_) send(Paused{});
}

void World::bad_times() {
  bad_until_ = now_ + dice_.around(scenario_.mean_bad_times);
  trace_.say("bad times for whatever is launched", now_);
  // What is on air mostly goes down with it.
  if (child_.running && !child_.leaving && child_.role == Role::primary && dice_.chance(0.7)) {
    put(What::trouble, 0s, child_.generation, child_.fates % 2 == 1);
  }
  put(What::bad_times, bad_until_ - now_ + dice_.around(scenario_.mean_good_times));
}

// So that the rules are asked even where the core has gone to sleep.
void World::patrol() {
  put(What::patrol, 15s);
  if (!core_ || !dice_.chance(scenario_.aim)) return;
  const Instant deadline = core_->next_deadline();
  if (deadline == monitor::never) return;
  const Duration off = dice_.one_of<Duration>({-10ms, -1ms, -1ns, 0ns, 1ns, 1ms});
  const auto what = dice_.one_of({What::source_blip, What::source_blip, What::sink_blip});
  put(what, std::max(Duration::zero(), deadline - now_ + off), 0, true);
}

// ---------------------------------------------------------------------------- what could run

// Nothing but the core's own decision, and its bounded stops, keeps the primary off air.
bool World::primary_is_hindered() const {
  if (!core_ || !source_.up || !sink_.up || is_name_taken() || now_ < bad_until_) return true;
  if (!child_.running) return false;
  if (child_.hung || child_.starved || child_.trouble == Trouble::never_starts) return true;
  if (child_.resists_kill && core_->status().state == State::stopping) return true;
  return !child_.advanced() && child_.startup > startup_limit;
}

// … the fallback off air, where the source is gone.
bool World::fallback_is_hindered() const {
  if (!core_ || source_.up || !sink_.up || is_name_taken()) return true;
  if (scenario_.fallback != Fallback::good) return true;
  const Status& status = core_->status();
  if (status.role == Role::primary && status.state != State::waiting_for_source &&
      status.state != State::cooling_down) {
    return true;
  }
  return child_.running &&
         (child_.hung || child_.startup > startup_limit || status.state == State::stopping);
}

void World::mind_what_is_in_the_way() {
  if (primary_is_hindered()) primary_free_since_ = now_;
  if (fallback_is_hindered()) fallback_free_since_ = now_;
  if (core_) rules_.check_air(*core_, primary_free_since_, fallback_free_since_, now_);
}

}  // namespace simulation
