#include "http/log_lines.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace http {
namespace {

TEST(LogLines, AreGivenOldestFirstFromWhereTheReaderWas) {
  LogLines lines;
  lines.add("a");
  lines.add("b");
  const LogLines::Batch first = lines.after(0);
  ASSERT_EQ(first.lines.size(), 2u);
  EXPECT_EQ(*first.lines[0], "a");
  EXPECT_EQ(first.missed, 0u);
  lines.add("c");
  const LogLines::Batch next = lines.after(first.count);
  ASSERT_EQ(next.lines.size(), 1u);
  EXPECT_EQ(*next.lines[0], "c");
  EXPECT_TRUE(lines.after(next.count).lines.empty());
}

TEST(LogLines, TheOldestMakeRoomAndTheReaderLearnsHowMany) {
  LogLines lines;
  for (int i = 0; i < 1000; ++i) lines.add(std::to_string(i));
  const LogLines::Batch batch = lines.after(100);
  EXPECT_EQ(batch.lines.size(), LogLines::lines_max);
  EXPECT_EQ(*batch.lines.back(), "999");
  EXPECT_EQ(batch.missed, 1000 - 100 - LogLines::lines_max);
}

TEST(LogLines, LongLinesDoNotTakeMoreMemoryThanAgreed) {
  LogLines lines;
  for (int i = 0; i < 200; ++i) lines.add(std::string(8 * 1024, 'x'));
  EXPECT_EQ(lines.after(0).lines.size(), LogLines::bytes_max / (8 * 1024));
}

TEST(LogLines, ManyMayAddWhileOneReads) {
  LogLines lines;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 3; ++writer) {
    writers.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) lines.add("line");
    });
  }
  std::uint64_t seen = 0, missed = 0, got = 0;
  while (seen < 6000) {
    const LogLines::Batch batch = lines.after(seen);
    seen = batch.count;
    missed += batch.missed;
    got += batch.lines.size();
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(missed + got, 6000u);
}

}  // namespace
}  // namespace http
