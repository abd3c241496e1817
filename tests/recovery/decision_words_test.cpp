#include "recovery/decision_words.hpp"

#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

namespace recovery {
namespace {

using namespace std::chrono_literals;

std::string of_restart(Duration delay, unsigned attempt, unsigned attempts_max = 3) {
  return words_of({DecisionKind::restart_ffmpeg, "why", delay, attempt, attempts_max});
}

TEST(DecisionWords, ARestartSaysWhenAndWhichItIs) {
  EXPECT_EQ(of_restart(0s, 1), "Restarting at once, attempt 1 of 3");
  EXPECT_EQ(of_restart(20s, 2), "Next attempt in 20 s (2 of 3)");
  EXPECT_EQ(of_restart(59861ms, 4), "Next attempt in 60 s");
  EXPECT_EQ(of_restart(1530ms, 2), "Next attempt in 1.5 s (2 of 3)");
  EXPECT_EQ(of_restart(0s, 0), "Restarting at once");
  EXPECT_EQ(of_restart(5s, 0), "Restarting in 5 s");
}

TEST(DecisionWords, AWaitSaysWhoLooksAndHowOften) {
  Decided wait{DecisionKind::wait_for_source, "why", 30s, 0};
  EXPECT_EQ(words_of(wait), "Waiting for the source; FFmpeg itself tries it in 30 s");
  wait.looks_every = 5s;
  EXPECT_EQ(words_of(wait), "Waiting for the source; probing it at least every 5 s");
  wait = {DecisionKind::wait_for_source, "why", monitor::never - Instant{} - 1000h, 0};
  EXPECT_EQ(words_of(wait), "Waiting for the source") << "no time that means nothing";
  wait = {DecisionKind::wait_for_source, "why", 30s, 0, 0, {}, true};
  EXPECT_EQ(words_of(wait), "FFmpeg is left waiting; it is started anew in 30 s at the latest");
}

TEST(DecisionWords, AWaitHasTheFiguresOfItsSource) {
  StreamCore::Command command;
  command.source_can_be_probed = true;
  test::Stand stand(test::steady_policy(), command);
  stand.healthy();
  const auto decided = test::notices<Decided>(stand.ended_by(monitor::Cause::source_ended));
  ASSERT_FALSE(decided.empty());
  EXPECT_EQ(words_of(decided.front()), "Waiting for the source; probing it at least every 5 s");
}

TEST(DecisionWords, TheOthersHaveNoFigures) {
  EXPECT_EQ(words_of({DecisionKind::start_fallback, "why", 0s, 0}), "Starting the fallback");
  EXPECT_EQ(words_of({DecisionKind::none, "why", 0s, 0}), "Nothing is done");
  EXPECT_EQ(words_of({DecisionKind::escalate_alert, "why", 0s, 0}),
            "Escalating: the stream does not come back by itself");
}

TEST(DecisionWords, TheCoreGivesThemTheirFigures) {
  test::Stand stand;
  stand.healthy();
  const Step step = stand.exited(monitor::ExitStatus{1, {}});
  const auto decided = test::notices<Decided>(step);
  ASSERT_FALSE(decided.empty());
  EXPECT_EQ(words_of(decided.front()), "Restarting at once, attempt 1 of 3");
}

}  // namespace
}  // namespace recovery
