#include "monitor/window.hpp"

#include <deque>
#include <memory>

#include <gtest/gtest.h>

// A window beside std::deque, which it stands for.
namespace monitor {
namespace {

void expect_same(const Window<int>& window, const std::deque<int>& wanted) {
  ASSERT_EQ(window.size(), wanted.size());
  EXPECT_EQ(window.empty(), wanted.empty());
  EXPECT_EQ(std::deque<int>(window.begin(), window.end()), wanted);
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_EQ(window[i], wanted[i]);
  if (wanted.empty()) return;
  EXPECT_EQ(window.front(), wanted.front());
  EXPECT_EQ(window.back(), wanted.back());
}

TEST(Window, IsADequeWhateverComesAndGoes) {
  Window<int> window;
  std::deque<int> wanted;
  unsigned chance = 1;
  for (int i = 0; i < 20000; ++i) {
    chance = chance * 1664525 + 1013904223;
    const unsigned what = (chance >> 16) % 16;
    const bool grows = i / 500 % 2 == 0;
    if (what == 0 && !wanted.empty()) {
      window.pop_back();
      wanted.pop_back();
    } else if (what == 1 && i % 97 == 0) {
      window.clear();
      wanted.clear();
    } else if ((what < 6 || !grows) && !wanted.empty()) {
      window.pop_front();
      wanted.pop_front();
    } else {
      window.push_back(i);
      wanted.push_back(i);
    }
    expect_same(window, wanted);
  }
}

TEST(Window, OfALengthThatStaysKeepsNothingThatIsGone) {
  const auto value = std::make_shared<int>(1);
  Window<std::shared_ptr<int>> window;
  for (int i = 0; i < 32; ++i) window.push_back(value);
  for (int i = 0; i < 10000; ++i) {
    window.push_back(value);
    window.pop_front();
    ASSERT_LE(value.use_count(), 1 + 32 + 33);
  }
  while (!window.empty()) window.pop_front();
  EXPECT_EQ(value.use_count(), 1);
}

}  // namespace
}  // namespace monitor
