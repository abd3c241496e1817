#include "supervisor/hold/supervised_child.hpp"

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "tests/supervisor/driver_stand.hpp"

// The FFmpegs beside the encoders of held streams: many outputs are launched as many streams are.
namespace supervisor::test {
namespace {

class SupervisedChildren : public DriverStand {
 protected:
  SupervisedChild& add() {
    all_.push_back(std::make_unique<SupervisedChild>(
        make_stream_parts(plain_config(), {}, secrets),
        SupervisedChild::Context{
            .services = services,
            .launch = children.launcher(),
            .launches = &launches_,
            .clock = clock,
            .connect = [](const PreparedCommand& command, std::uint64_t,
                          int&) { return std::make_shared<const PreparedCommand>(command); },
            .on_launch = [](bool) {},
            .on_signal = {},
            .on_change = {}}));
    all_.back()->wake(recovery::StartRequested{});
    return *all_.back();
  }

  LaunchQueue launches_{loop.thread()};
  std::vector<std::unique_ptr<SupervisedChild>> all_;
};

TEST_F(SupervisedChildren, ATurnOfTheLoopLaunchesTwentyAtMost) {
  for (int i = 0; i < 25; ++i) add();
  EXPECT_EQ(children.count(), 20U);
  turn();
  EXPECT_EQ(children.count(), 25U);
}

TEST_F(SupervisedChildren, OneThatIsStoppedBeforeItsTurnIsNotLaunched) {
  for (int i = 0; i < 20; ++i) add();
  SupervisedChild& stopped = add();
  stopped.wake(recovery::StopRequested{});
  EXPECT_EQ(stopped.status().state, recovery::State::stopped);
  SupervisedChild& drained = add();
  drained.drain();
  EXPECT_TRUE(drained.is_over());
  turn();
  EXPECT_EQ(children.count(), 20U);
  EXPECT_EQ(logged("ffmpeg_exited"), 0U) << "there was none";
  stopped.wake(recovery::StartRequested{});
  EXPECT_EQ(children.count(), 21U);
}

TEST_F(SupervisedChildren, OneThatIsGoneBeforeItsTurnIsNotLaunched) {
  for (int i = 0; i < 21; ++i) add();
  all_.pop_back();
  turn();
  EXPECT_EQ(children.count(), 20U);
}

}  // namespace
}  // namespace supervisor::test
