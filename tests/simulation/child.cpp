#include "tests/simulation/child.hpp"

#include <csignal>

namespace simulation {

using namespace std::chrono_literals;

namespace {

void give_fate(Child& child, Dice& dice) {
  child.fate = {};
  switch (child.trouble) {
    case Trouble::crashes:
      child.fate.signal = dice.one_of({SIGSEGV, SIGABRT, SIGKILL});
      return;
    case Trouble::ends:
      child.fate.code = 0;
      return;
    case Trouble::loses_source:
      child.fate.code = dice.one_of({0, 1});
      return;
    case Trouble::is_wrong:
      child.fate.code = 1;
      return;
    default:
      child.fate.code = dice.one_of({1, 8, 145, 224, 251, 255});
      return;
  }
}

void live_in_bad_times(Child& child, const Scenario& scenario, Dice& dice) {
  child.trouble = dice.one_of({Trouble::exits, Trouble::exits, Trouble::exits, Trouble::crashes,
                               Trouble::loses_source, Trouble::never_starts});
  if (dice.chance(scenario.wrong_command)) child.trouble = Trouble::is_wrong;
  child.startup = dice.between(100ms, startup_limit);
  // Most die at once; some get on air first.
  child.life = dice.chance(0.7) ? dice.between(0ms, 100ms) : dice.between(5s, 2min);
}

void live_in_good_times(Child& child, const Scenario& scenario, Dice& dice) {
  child.trouble =
      dice.one_of({Trouble::exits, Trouble::crashes, Trouble::loses_source, Trouble::goes_silent,
                   Trouble::freezes, Trouble::is_stopped, Trouble::starves});
  if (dice.chance(0.02)) child.trouble = Trouble::ends;
  child.life = dice.around(scenario.mean_life);
  const Duration limit = scenario.limits.startup_timeout;
  child.startup =
      dice.chance(0.97) ? dice.between(100ms, startup_limit) : dice.between(limit / 2, limit * 2);
}

Child make_body(recovery::Generation generation, Dice& dice) {
  Child child;
  child.generation = generation;
  child.on_term = dice.one_of({OnTerm::ends, OnTerm::ends, OnTerm::ends, OnTerm::ends_slowly,
                               OnTerm::ends_at_the_second, OnTerm::ignores});
  child.resists_kill = dice.chance(0.01);
  return child;
}

}  // namespace

Child make_child(recovery::Generation generation, bool bad_times, const Scenario& scenario,
                 Dice& dice) {
  Child child = make_body(generation, dice);
  if (bad_times) {
    live_in_bad_times(child, scenario, dice);
  } else {
    live_in_good_times(child, scenario, dice);
  }
  give_fate(child, dice);
  return child;
}

Child make_fallback(recovery::Generation generation, const Scenario& scenario, Dice& dice) {
  Child child = make_body(generation, dice);
  child.role = recovery::Role::fallback;
  child.startup = dice.between(50ms, startup_limit);
  child.life = dice.around(10min);
  switch (scenario.fallback) {
    case Fallback::ends:
      child.trouble = Trouble::ends;
      child.life = dice.one_of<Duration>({1s, 10s, 3min});
      break;
    case Fallback::crashes:
      child.trouble = dice.one_of({Trouble::crashes, Trouble::exits});
      child.life = dice.chance(0.5) ? dice.between(0ms, 100ms) : dice.around(1min);
      break;
    case Fallback::freezes:
      child.trouble = dice.one_of(
          {Trouble::goes_silent, Trouble::freezes, Trouble::is_stopped, Trouble::never_starts});
      child.life = dice.around(1min);
      break;
    case Fallback::is_wrong:
      child.trouble = Trouble::is_wrong;
      child.life = dice.between(0ms, 100ms);
      child.startup = 1s;
      break;
    case Fallback::good:
    case Fallback::none:
      child.trouble = Trouble::crashes;
      child.life = 1000h;
      child.on_term = dice.one_of({OnTerm::ends, OnTerm::ends_slowly});
      child.resists_kill = false;
  }
  give_fate(child, dice);
  return child;
}

void doom(Child& child, Trouble trouble, Dice& dice) {
  ++child.fates;
  child.trouble = trouble;
  give_fate(child, dice);
}

monitor::Progress block_of(const Child& child, Kind kind) {
  monitor::Progress block;
  const auto counted = [](double value) { return static_cast<std::int64_t>(value); };
  block.out_time = std::chrono::microseconds(counted(child.media_seconds * 1e6));
  if (kind != Kind::audio) block.frame = counted(child.media_seconds * 25);
  if (kind != Kind::null_output) block.total_size_bytes = counted(child.media_bytes);
  return block;
}

void work(Child& child, Dice& dice) {
  const bool waits = child.terms > 0 && child.on_term == OnTerm::ends_at_the_second;
  const bool ignores = child.terms > 0 && child.on_term == OnTerm::ignores;
  // A write or a poll once in a while: not still for long.
  if (child.hung || waits || (ignores && dice.chance(0.9))) return;
  if (dice.chance(0.7))
    child.cpu_time += 10ms;
  else
    child.written_bytes += 188;
}

std::optional<Duration> ends_after(Child& child, int signal, Dice& dice) {
  if (signal == SIGKILL) {
    return child.resists_kill ? dice.between(1s, 60s) : dice.between(1ms, 50ms);
  }
  ++child.terms;
  if (child.hung && child.trouble == Trouble::is_stopped) return std::nullopt;
  switch (child.on_term) {
    case OnTerm::ends:
      return dice.between(1ms, 100ms);
    case OnTerm::ends_slowly:
      return dice.between(100ms, 8s);
    case OnTerm::ends_at_the_second:
      if (child.terms >= 2) return dice.between(1ms, 100ms);
      return std::nullopt;
    case OnTerm::ignores:
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace simulation
