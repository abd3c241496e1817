#include "monitor/probes/azuracast/sse_reader.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace monitor {
namespace {

using Events = std::vector<std::string>;

Events read(const std::string& bytes, std::size_t step) {
  SseReader reader;
  Events events;
  const auto take = [&](std::string_view data) { events.emplace_back(data); };
  for (std::size_t i = 0; i < bytes.size(); i += step) reader.feed(bytes.substr(i, step), take);
  return events;
}

TEST(SseReader, ReadsTheSameInAnyPieces) {
  const std::string bytes =
      ": welcome\nevent: x\nid: 7\ndata: one\n\ndata:two\r\n\r\ndata: a\rdata: b\r\r"
      "retry: 10\n\ndata\n\ndatum: no\n\ndata: unfinished";
  const Events expected{"one", "two", "a\nb", ""};
  for (std::size_t step = 1; step <= bytes.size(); ++step)
    ASSERT_EQ(read(bytes, step), expected) << "step " << step;
}

TEST(SseReader, AnEventThatIsTooLongIsLeftOutAndTheNextIsRead) {
  const std::string piece(SseReader::event_limit / 2, 'x');
  const std::string one_line = "data: " + piece + piece + piece + "\n\n";
  const std::string lines = "data: " + piece + "\ndata: " + piece + "\ndata: " + piece + "\n\n";
  for (const std::size_t step : {1000UL, 1UL << 30}) {
    EXPECT_EQ(read(one_line + "data: next\n\n", step), Events{"next"});
    EXPECT_EQ(read(lines + "data: next\n\n", step), Events{"next"});
    EXPECT_EQ(read("\n" + piece + piece + piece + "\n\ndata: next\n\n", step), Events{"next"});
  }
}

TEST(SseReader, TellsHowManyItLeftOut) {
  SseReader reader;
  const auto ignore = [](std::string_view) {};
  const std::string long_line(SseReader::event_limit + 1, 'x');
  reader.feed("data: " + long_line + "\n\ndata: x\n\n", ignore);
  EXPECT_EQ(reader.left_out(), 1U);
}

}  // namespace
}  // namespace monitor
