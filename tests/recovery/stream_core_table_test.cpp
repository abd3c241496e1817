#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

// The state × event table, cell by cell.
namespace recovery::test {
namespace {

struct Cell {
  const char* name;
  std::function<void(Stand&)> arrange;
  std::function<Step(Stand&)> event;
  State state;          // afterwards
  const char* actions;  // asked for
  bool silent = false;  // nothing is even told: a no-op of the table
};
void PrintTo(const Cell& cell, std::ostream* out) {
  *out << cell.name;
}

void starting(Stand& stand) {
  stand.starting();
}
void unanswered(Stand& stand) {
  stand.start();
}
void on_air(Stand& stand) {
  stand.on_air();
}
void stopping(Stand& stand) {
  stand.stopping();
}
void cooling_down(Stand& stand) {
  stand.cooling_down();
}
void stopped(Stand&) {
}
void stopped_again(Stand& stand) {
  stand.stopping();
  stand.exited(by_signal(SIGTERM));
}
void rested(Stand& stand) {  // stopped because the recovery gave up
  Policy policy = steady_policy();
  policy.max_restart_attempts = 0;
  policy.on_exhausted = OnExhausted::stop;
  stand.core = StreamCore(policy, {}, {}, 1);
  stand.on_air();
  stand.exited(code(1));
}

Step launched(Stand& stand) {
  return stand.launched();
}
Step launch_failed(Stand& stand) {
  return stand.launch_failed(EAGAIN);
}
Step progress(Stand& stand) {
  return stand.block();
}
Step same_block(Stand& stand) {
  return stand.block(0s);
}
Step sampled(Stand& stand) {
  return stand.sampled('S');
}
Step sign(Stand& stand) {
  return stand.sign(monitor::Cause::sink_lost, true);
}
Step exited(Stand& stand) {
  return stand.exited(code(1));
}
Step tick(Stand& stand) {
  return stand.send(Tick{});
}
Step paused(Stand& stand) {
  return stand.send(Paused{});
}
Step asked_to_start(Stand& stand) {
  return stand.start();
}
Step asked_to_stop(Stand& stand) {
  return stand.stop();
}
Step asked_to_shut_down(Stand& stand) {
  return stand.shut_down();
}
Step asked_to_restart(Stand& stand) {
  return stand.restart();
}
Step asked_to_kill(Stand& stand) {
  return stand.send(KillRequested{});
}

class TableCell : public testing::TestWithParam<Cell> {};

TEST_P(TableCell, IsAsDecided) {
  const Cell& cell = GetParam();
  Stand stand;
  cell.arrange(stand);
  const Step step = cell.event(stand);
  EXPECT_EQ(name(stand.state()), name(cell.state));
  EXPECT_EQ(actions(step), cell.actions);
  EXPECT_TRUE(!cell.silent || step.notices.empty());
}

const Cell cells[] = {
    {"starting_launched", unanswered, launched, State::starting, "", true},
    {"starting_launch_failed", unanswered, launch_failed, State::starting, "launch"},
    {"starting_advance", starting, progress, State::on_air, ""},
    {"starting_block_without_output", starting, same_block, State::starting, "", true},
    {"starting_sampled", starting, sampled, State::starting, "", true},
    {"starting_sign", starting, sign, State::starting, "", true},
    {"starting_exited", starting, exited, State::starting, "launch"},
    {"starting_tick", starting, tick, State::starting, "", true},
    {"starting_paused", starting, paused, State::starting, "", true},
    {"starting_start", starting, asked_to_start, State::starting, "", true},
    {"starting_stop", starting, asked_to_stop, State::stopping, "TERM"},
    {"starting_shutdown", starting, asked_to_shut_down, State::stopping, "TERM"},
    {"starting_restart", starting, asked_to_restart, State::stopping, "TERM"},
    {"starting_kill", starting, asked_to_kill, State::stopping, "KILL"},

    {"on_air_launched", on_air, launched, State::on_air, "", true},
    {"on_air_launch_failed", on_air, launch_failed, State::on_air, "", true},
    {"on_air_advance", on_air, progress, State::on_air, "", true},
    {"on_air_block_without_advance", on_air, same_block, State::on_air, "", true},
    {"on_air_sampled", on_air, sampled, State::on_air, "", true},
    {"on_air_sign", on_air, sign, State::on_air, "", true},
    {"on_air_exited", on_air, exited, State::starting, "launch"},
    {"on_air_tick", on_air, tick, State::on_air, "", true},
    {"on_air_paused", on_air, paused, State::on_air, "", true},
    {"on_air_start", on_air, asked_to_start, State::on_air, "", true},
    {"on_air_stop", on_air, asked_to_stop, State::stopping, "TERM"},
    {"on_air_shutdown", on_air, asked_to_shut_down, State::stopping, "TERM"},
    {"on_air_restart", on_air, asked_to_restart, State::stopping, "TERM"},
    {"on_air_kill", on_air, asked_to_kill, State::stopping, "KILL"},

    {"stopping_launched", stopping, launched, State::stopping, "", true},
    {"stopping_advance", stopping, progress, State::stopping, "", true},
    {"stopping_sampled", stopping, sampled, State::stopping, "", true},
    {"stopping_sign", stopping, sign, State::stopping, "", true},
    {"stopping_exited", stopping, exited, State::stopped, ""},
    {"stopping_tick", stopping, tick, State::stopping, "", true},
    {"stopping_paused", stopping, paused, State::stopping, "", true},
    {"stopping_start", stopping, asked_to_start, State::stopping, ""},
    {"stopping_stop", stopping, asked_to_stop, State::stopping, ""},
    {"stopping_shutdown", stopping, asked_to_shut_down, State::stopping, ""},
    {"stopping_restart", stopping, asked_to_restart, State::stopping, ""},
    {"stopping_kill", stopping, asked_to_kill, State::stopping, "KILL"},

    {"cooling_down_launched", cooling_down, launched, State::cooling_down, "", true},
    {"cooling_down_launch_failed", cooling_down, launch_failed, State::cooling_down, "", true},
    {"cooling_down_advance", cooling_down, progress, State::cooling_down, "", true},
    {"cooling_down_sampled", cooling_down, sampled, State::cooling_down, "", true},
    {"cooling_down_sign", cooling_down, sign, State::cooling_down, "", true},
    {"cooling_down_exited", cooling_down, exited, State::cooling_down, "", true},
    {"cooling_down_tick", cooling_down, tick, State::cooling_down, "", true},
    {"cooling_down_paused", cooling_down, paused, State::cooling_down, "", true},
    {"cooling_down_start", cooling_down, asked_to_start, State::starting, "launch"},
    {"cooling_down_stop", cooling_down, asked_to_stop, State::stopped, ""},
    {"cooling_down_shutdown", cooling_down, asked_to_shut_down, State::stopped, "end 0"},
    {"cooling_down_restart", cooling_down, asked_to_restart, State::starting, "launch"},
    {"cooling_down_kill", cooling_down, asked_to_kill, State::stopped, ""},

    {"stopped_launched", stopped, launched, State::stopped, "", true},
    {"stopped_launch_failed", stopped, launch_failed, State::stopped, "", true},
    {"stopped_advance", stopped, progress, State::stopped, "", true},
    {"stopped_sampled", stopped, sampled, State::stopped, "", true},
    {"stopped_sign", stopped, sign, State::stopped, "", true},
    {"stopped_exited", stopped, exited, State::stopped, "", true},
    {"stopped_tick", stopped, tick, State::stopped, "", true},
    {"stopped_paused", stopped, paused, State::stopped, "", true},
    {"stopped_start", stopped, asked_to_start, State::starting, "launch"},
    {"stopped_stop", stopped, asked_to_stop, State::stopped, "", true},
    {"stopped_shutdown", stopped, asked_to_shut_down, State::stopped, "end 0"},
    {"stopped_restart", stopped, asked_to_restart, State::starting, "launch"},
    {"stopped_kill", stopped, asked_to_kill, State::stopped, "", true},

    {"stopped_again_launched", stopped_again, launched, State::stopped, "", true},
    {"stopped_again_launch_failed", stopped_again, launch_failed, State::stopped, "", true},
    {"stopped_again_advance", stopped_again, progress, State::stopped, "", true},
    {"stopped_again_sampled", stopped_again, sampled, State::stopped, "", true},
    {"stopped_again_sign", stopped_again, sign, State::stopped, "", true},
    {"stopped_again_exited", stopped_again, exited, State::stopped, "", true},
    {"stopped_again_tick", stopped_again, tick, State::stopped, "", true},
    {"stopped_again_start", stopped_again, asked_to_start, State::starting, "launch"},
    {"stopped_again_stop", stopped_again, asked_to_stop, State::stopped, "", true},
    {"stopped_again_shutdown", stopped_again, asked_to_shut_down, State::stopped, "end 0"},
    {"stopped_again_restart", stopped_again, asked_to_restart, State::starting, "launch"},

    {"gave_up_exited", rested, exited, State::stopped, "", true},
    {"gave_up_launch_failed", rested, launch_failed, State::stopped, "", true},
    {"gave_up_tick", rested, tick, State::stopped, "", true},
    {"gave_up_start", rested, asked_to_start, State::starting, "launch"},
    {"gave_up_restart", rested, asked_to_restart, State::starting, "launch"},
    {"gave_up_shutdown", rested, asked_to_shut_down, State::stopped, "end 0"},
};

INSTANTIATE_TEST_SUITE_P(StreamCore, TableCell, testing::ValuesIn(cells),
                         [](const auto& cell) { return std::string(cell.param.name); });

// The "then" of the row `stopping`: what happens once the child is gone.
struct Stop {
  const char* name;
  std::vector<std::function<Step(Stand&)>> requests;  // the first begins the stop
  State state;
  const char* actions;
};
void PrintTo(const Stop& stop, std::ostream* out) {
  *out << stop.name;
}

class AfterStopping : public testing::TestWithParam<Stop> {};

TEST_P(AfterStopping, TheLastRequestDecides) {
  Stand stand;
  stand.on_air();
  for (const auto& request : GetParam().requests) request(stand);
  ASSERT_EQ(stand.state(), State::stopping);
  const Step step = stand.exited(by_signal(SIGTERM));
  EXPECT_EQ(name(stand.state()), name(GetParam().state));
  EXPECT_EQ(actions(step), GetParam().actions);
}

Step freeze(Stand& stand) {
  return stand.wait(30s);
}

const Stop stops[] = {
    {"stop", {asked_to_stop}, State::stopped, ""},
    {"stop_start", {asked_to_stop, asked_to_start}, State::starting, "launch"},
    {"stop_restart", {asked_to_stop, asked_to_restart}, State::starting, "launch"},
    {"stop_restart_stop", {asked_to_stop, asked_to_restart, asked_to_stop}, State::stopped, ""},
    {"restart", {asked_to_restart}, State::starting, "launch"},
    {"restart_stop", {asked_to_restart, asked_to_stop}, State::stopped, ""},
    {"restart_kill", {asked_to_restart, asked_to_kill}, State::stopped, ""},
    {"freeze", {freeze}, State::starting, "launch"},
    {"freeze_stop", {freeze, asked_to_stop}, State::stopped, ""},
    {"freeze_start", {freeze, asked_to_start}, State::starting, "launch"},
    {"kill", {asked_to_kill}, State::stopped, ""},
    {"shutdown", {asked_to_shut_down}, State::stopped, "end 0"},
    {"shutdown_start", {asked_to_shut_down, asked_to_start}, State::stopped, "end 0"},
    {"shutdown_restart", {asked_to_shut_down, asked_to_restart}, State::stopped, "end 0"},
    {"shutdown_kill", {asked_to_shut_down, asked_to_kill}, State::stopped, "end 0"},
    {"restart_shutdown", {asked_to_restart, asked_to_shut_down}, State::stopped, "end 0"},
    {"freeze_shutdown", {freeze, asked_to_shut_down}, State::stopped, "end 0"},
};

INSTANTIATE_TEST_SUITE_P(StreamCore, AfterStopping, testing::ValuesIn(stops),
                         [](const auto& cell) { return std::string(cell.param.name); });

TEST(AfterTheEnd, NothingMovesTheStreamAnyMore) {
  using Send = Step (*)(Stand&);
  for (const Send event :
       {launched, launch_failed, progress, sampled, sign, exited, tick, paused, asked_to_start,
        asked_to_stop, asked_to_restart, asked_to_kill, asked_to_shut_down}) {
    Stand stand;
    stand.stopping();
    stand.shut_down();
    stand.exited(code(255));
    ASSERT_TRUE(stand.core.status().ended);
    EXPECT_TRUE(is_empty(event(stand)));
    EXPECT_EQ(stand.state(), State::stopped);
    EXPECT_EQ(stand.core.next_deadline(), monitor::never);
  }
}

TEST(OlderGenerations, AreDroppedInEveryState) {
  const std::function<void(Stand&)> states[] = {starting, on_air, stopping, cooling_down};
  for (const auto& arrange : states) {
    Stand stand;
    stand.on_air();
    stand.restart();
    stand.exited(code(255));  // generation 1 is gone; the stand's state is reached by a later one
    const Generation old = 1;
    stand.launched();
    stand.block();
    if (&arrange != &states[1]) {
      stand.stop();
      stand.exited(code(255));
      arrange(stand);
    }
    const State state = stand.state();
    const Instant deadline = stand.core.next_deadline();
    const auto pid = stand.core.status().pid;
    monitor::ProcessSample frozen;
    frozen.state = 'T';
    const Event stale[] = {
        Exited{old, code(1)},  LaunchFailed{old, ENOENT},
        Launched{old, 4711},   ProgressSeen{old, stand.progress()},
        Observed{old, frozen}, SignSeen{old, {monitor::Cause::command_invalid, false, 255}, "old"}};
    for (const Event& event : stale) {
      EXPECT_TRUE(is_empty(stand.send(event)));
      EXPECT_EQ(stand.state(), state);
      EXPECT_EQ(stand.core.status().pid, pid);
      EXPECT_EQ(stand.core.next_deadline(), deadline);
    }
  }
}

}  // namespace
}  // namespace recovery::test
