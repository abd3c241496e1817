#include "monitor/advice.hpp"

#include <gtest/gtest.h>

namespace monitor {
namespace {

TEST(Advice, NobodyIsAskedForAFileOfThisMachine) {
  for (const Cause cause : {Cause::source_unreachable, Cause::source_missing, Cause::source_refused,
                            Cause::source_corrupt}) {
    EXPECT_NE(what_now(cause, true), what_now(cause)) << name(cause);
    EXPECT_EQ(what_now(cause, true).find("Ask "), std::string_view::npos) << name(cause);
  }
  EXPECT_TRUE(what_now(Cause::source_missing, true).starts_with("Put the file where FFmpeg looks"));
}

TEST(Advice, OfWhatIsNoFilesIsTheSame) {
  EXPECT_EQ(what_now(Cause::sink_lost, true), what_now(Cause::sink_lost));
  EXPECT_EQ(what_now(Cause::stop_requested, true), "");
}

}  // namespace
}  // namespace monitor
