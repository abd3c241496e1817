#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

// Commands that are wrong, and launches that fail.
namespace recovery::test {
namespace {

TEST(WrongCommand, EndsWith78WhenItNeverWasOnAir) {
  Stand stand;
  stand.starting();
  stand.sign(monitor::Cause::command_invalid, false);
  const Step step = stand.exited(code(1));
  EXPECT_EQ(actions(step), "end 78");
  EXPECT_TRUE(stand.core.status().ended);
  EXPECT_EQ(notices<IncidentOpened>(step).at(0).incident.cause, monitor::Cause::command_invalid);
}

TEST(WrongCommand, EndsWith78AlsoAfterFailuresOfOtherKinds) {
  Stand stand;
  stand.starting();
  stand.exited(code(1));
  stand.launched();
  stand.sign(monitor::Cause::command_invalid, false);
  EXPECT_EQ(actions(stand.exited(code(1))), "end 78");
}

TEST(WrongCommand, IsRestartedWhenAnyGenerationWasOnAir) {
  Stand stand;
  stand.healthy();
  stand.exited(code(1));
  stand.launched();
  stand.sign(monitor::Cause::command_invalid, false);
  stand.exited(code(1));
  EXPECT_EQ(stand.state(), State::cooling_down);
}

TEST(WrongCommand, AFailureThatMayPassIsTriedAgain) {
  Stand stand;
  stand.starting();
  stand.sign(monitor::Cause::sink_unreachable, true);
  EXPECT_EQ(actions(stand.exited(code(1))), "launch");
}

TEST(LaunchFailure, OfACommandThatIsNotThereEndsWith127) {
  for (const int error : {ENOENT, ENOTDIR}) {
    Stand stand;
    stand.start();
    const Step step = stand.launch_failed(error);
    EXPECT_EQ(actions(step), "end 127");
    EXPECT_EQ(notices<IncidentOpened>(step).at(0).incident.cause, monitor::Cause::command_invalid);
  }
}

TEST(LaunchFailure, OfACommandThatCannotBeExecutedEndsWith126) {
  for (const int error : {EACCES, ENOEXEC, EISDIR}) {
    Stand stand;
    stand.start();
    EXPECT_EQ(actions(stand.launch_failed(error)), "end 126");
  }
}

TEST(LaunchFailure, OfACommandThatOnceRanGoesByTheBudget) {
  for (const int error : {ENOENT, EACCES, ENOEXEC}) {
    Stand stand;
    stand.starting();
    stand.exited(code(1));
    const Step step = stand.launch_failed(error);
    EXPECT_EQ(stand.state(), State::cooling_down);
    EXPECT_EQ(stand.core.status().attempts, 2U);
  }
}

TEST(LaunchFailure, OfTheHostIsTriedAgainUnderItsOwnCause) {
  for (const int error : {EAGAIN, ENOMEM, EMFILE}) {
    Stand stand;
    stand.start();
    const Step step = stand.launch_failed(error);
    EXPECT_EQ(actions(step), "launch");
    EXPECT_EQ(notices<IncidentOpened>(step).at(0).incident.cause,
              monitor::Cause::host_spawn_failed);
  }
}

TEST(LaunchFailure, NeverSpins) {
  Stand stand;
  stand.start();
  std::size_t count = 1;
  for (const Instant until = stand.now + 1h; stand.now < until && count < 1000;) {
    ASSERT_FALSE(stand.state() == State::stopped);
    count += launches(stand.launch_failed(EAGAIN)).size();
    if (stand.state() != State::cooling_down) continue;
    count += launches(stand.wait(stand.core.next_deadline() - stand.now)).size();
  }
  EXPECT_LE(count, 64U);
  EXPECT_GE(count, 60U);
}

TEST(APipeline, WhoseInputHasEndedIsDoneWithTheChild) {
  Stand stand;
  stand.on_air();
  EXPECT_EQ(actions(stand.send(Exited{stand.generation(), code(0), Pipeline::input_ended})),
            "end 0");
}

TEST(APipeline, WhoseInputHasEndedCannotBeRestartedAfterAFailureEither) {
  Stand stand;
  stand.on_air();
  EXPECT_EQ(actions(stand.send(Exited{stand.generation(), code(1), Pipeline::input_ended})),
            "end 69");
}

TEST(APipeline, WhoseReaderLeftHasDoneItsWork) {
  Stand stand;
  stand.on_air();
  EXPECT_EQ(actions(stand.send(Exited{stand.generation(), code(1), Pipeline::output_closed})),
            "end 0");
}

TEST(APipeline, ThatIsOpenGoesOnWithTheNextChild) {
  Stand stand;
  stand.on_air();
  EXPECT_EQ(actions(stand.send(Exited{stand.generation(), code(0), Pipeline::open})), "launch");
}

}  // namespace
}  // namespace recovery::test
