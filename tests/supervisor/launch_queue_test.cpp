#include "supervisor/stream/launch_queue.hpp"

#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace supervisor {
namespace {

class Launches : public testing::Test {
 protected:
  void put(int number) {
    queue_.put([this, number] { launched_.push_back(number); });
  }
  void turn() { loop_.context().run_one(); }

  Loop loop_;
  LaunchQueue queue_{loop_.thread()};
  std::vector<int> launched_;
};

TEST_F(Launches, OneAloneIsLaunchedAtOnce) {
  put(1);
  EXPECT_EQ(launched_, std::vector<int>{1});
  turn();
  put(2);
  EXPECT_EQ(launched_, (std::vector<int>{1, 2}));
}

TEST_F(Launches, ATurnOfTheLoopHasTwentyAtMostInTheirOrder) {
  for (int i = 0; i < 50; ++i) put(i);
  EXPECT_EQ(launched_.size(), 20U);
  turn();
  EXPECT_EQ(launched_.size(), 40U);
  put(50);
  EXPECT_EQ(launched_.size(), 40U) << "it may not pass those that wait";
  turn();
  EXPECT_EQ(launched_.size(), 51U);
  for (int i = 0; i < 51; ++i) EXPECT_EQ(launched_[static_cast<std::size_t>(i)], i);
}

TEST_F(Launches, OneThatThrowsHoldsNoOtherUp) {
  for (int i = 0; i < 20; ++i) put(i);
  queue_.put([] { throw std::runtime_error("no memory"); });
  put(20);
  EXPECT_THROW(turn(), std::runtime_error);
  turn();
  EXPECT_EQ(launched_.back(), 20);
}

TEST_F(Launches, AQueueThatIsGoneLaunchesNothing) {
  {
    LaunchQueue queue(loop_.thread());
    for (int i = 0; i < 30; ++i) queue.put([this, i] { launched_.push_back(i); });
  }
  loop_.context().run();
  EXPECT_EQ(launched_.size(), 20U);
}

}  // namespace
}  // namespace supervisor
