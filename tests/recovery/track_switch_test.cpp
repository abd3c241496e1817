#include "recovery/track_switch.hpp"

#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

namespace recovery::test {
namespace {

// Everything the stand does, as the observer sees it.
class Observed {
 public:
  explicit Observed(bool restarts) : stand(policy(restarts)) {}

  void tell(const Event& event) {
    const Step step = stand.send(event);
    if (const auto took = switches.on(event, step, stand.core.status(), stand.now)) {
      measured.push_back(monitor::seconds(*took));
    }
  }
  void block_after(Duration span) {
    stand.now += span;
    ++blocks_;
    monitor::Progress block;
    block.frame = blocks_ * 25;
    block.out_time = std::chrono::seconds(blocks_);
    tell(ProgressSeen{stand.generation(), block});
  }
  void come_on_air() {
    tell(Launched{stand.generation(), Stand::pid_of(stand.generation())});
    blocks_ = 0;
    block_after(1s);
  }

  Stand stand;
  TrackSwitch switches;
  std::vector<double> measured;

 private:
  static Policy policy(bool restarts) {
    Policy policy = steady_policy();
    policy.restart_on_track_change = restarts;
    return policy;
  }
  int blocks_ = 0;
};

TEST(TrackSwitch, TakesUntilTheNextAdvance) {
  Observed observed(false);
  observed.tell(StartRequested{});
  observed.come_on_air();
  observed.block_after(400ms);
  observed.tell(TrackChanged{});
  observed.block_after(300ms);
  observed.block_after(500ms);
  EXPECT_EQ(observed.measured, std::vector<double>{0.3});
}

TEST(TrackSwitch, ByRestartTakesUntilItIsOnAirAgain) {
  Observed observed(true);
  observed.tell(StartRequested{});
  observed.come_on_air();
  for (int i = 0; i < 10; ++i) observed.block_after(1s);
  observed.tell(TrackChanged{});
  observed.block_after(200ms);  // the old child's last words
  observed.tell(Exited{observed.stand.generation(), by_signal(SIGTERM)});
  EXPECT_TRUE(observed.measured.empty());
  observed.come_on_air();
  EXPECT_EQ(observed.measured, std::vector<double>{1.2});
}

TEST(TrackSwitch, ThatAFaultOvertakesIsNotMeasured) {
  Observed observed(true);
  observed.tell(StartRequested{});
  observed.come_on_air();
  for (int i = 0; i < 10; ++i) observed.block_after(1s);
  observed.tell(TrackChanged{});
  observed.tell(Exited{observed.stand.generation(), by_signal(SIGTERM)});
  observed.tell(Launched{observed.stand.generation(), 9});
  observed.tell(Exited{observed.stand.generation(), code(1)});
  observed.come_on_air();
  EXPECT_TRUE(observed.measured.empty());
}

}  // namespace
}  // namespace recovery::test
