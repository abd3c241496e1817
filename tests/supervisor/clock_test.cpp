#include "supervisor/thread/clock.hpp"

#include "driver_stand.hpp"

namespace supervisor::test {
namespace {

class MachineClock : public DriverStand {
 protected:
  const Clock& machine = machine_clock();
  std::unique_ptr<Timer> timer = machine.make_timer(loop.executor());
  std::vector<int> rings;
  auto ring(int number) {
    return [this, number] { rings.push_back(number); };
  }
};

TEST_F(MachineClock, RingsOnceFromTheLoop) {
  timer->set(machine.now(), ring(1));
  EXPECT_TRUE(rings.empty());
  ASSERT_TRUE(turn_until([&] { return !rings.empty(); }));
  turn();
  EXPECT_EQ(rings, std::vector{1});
}

TEST_F(MachineClock, ALaterSettingReplacesTheOneBeforeEvenWhereThatIsDue) {
  timer->set(machine.now() - 1h, ring(1));
  loop.context().restart();
  timer->set(monitor::Instant::min(), ring(2));
  ASSERT_TRUE(turn_until([&] { return !rings.empty(); }));
  turn();
  EXPECT_EQ(rings, std::vector{2});
}

TEST_F(MachineClock, ACancelledOrDestroyedTimerRingsNoMore) {
  timer->set(machine.now(), ring(1));
  timer->cancel();
  turn();
  timer->set(machine.now(), ring(2));
  timer.reset();
  turn();
  EXPECT_TRUE(rings.empty());
}

TEST_F(MachineClock, ARingMaySetItsTimerAgainOrDestroyIt) {
  timer->set(machine.now(), [this] {
    timer->set(machine.now(), [this] {
      timer.reset();
      rings.push_back(2);
    });
    rings.push_back(1);
  });
  ASSERT_TRUE(turn_until([&] { return rings.size() == 2; }));
}

TEST_F(MachineClock, TimersRingInTheirOrder) {
  const auto second = machine.make_timer(loop.executor());
  const auto third = machine.make_timer(loop.executor());
  const monitor::Instant now = machine.now();
  third->set(now + 30ms, ring(3));
  timer->set(now + 40ms, ring(9));
  second->set(now + 20ms, ring(2));
  timer->set(now + 10ms, ring(1));
  ASSERT_TRUE(turn_until([&] { return rings.size() == 3; }));
  EXPECT_EQ(rings, (std::vector{1, 2, 3}));
}

TEST_F(MachineClock, AMovedTimerDoesNotWakeTheLoop) {
  loop.context().restart();
  loop.context().poll();
  timer->set(machine.now() + 20ms, ring(1));
  timer->set(machine.now() + 1h, ring(2));
  EXPECT_EQ(loop.context().run_for(100ms), 0U);
  EXPECT_TRUE(rings.empty());
}

TEST_F(MachineClock, ALoopWithoutATimerThatIsSetComesToItsEnd) {
  timer->set(machine.now() + 1h, ring(1));
  timer->cancel();
  loop.context().restart();
  loop.context().run();
  EXPECT_TRUE(rings.empty());
}

}  // namespace
}  // namespace supervisor::test
