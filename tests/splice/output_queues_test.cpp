#include "recovery/splice/output_queues.hpp"

#include <array>
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "tests/splice/stand.hpp"

namespace recovery::splice::test {
namespace {

// Chunks of packets that say in which chunk they stand.
class Queue {
 public:
  explicit Queue(const OutputQueues::Limits& limits) : queues(limits) {
    queues.begin_epoch({0, 0x1000, 0x100});
  }
  void add(std::size_t packets, bool is_entry) {
    ASSERT_TRUE(queues.begin_chunk(packets, is_entry, {}, now));
    for (std::size_t i = 0; i < packets; ++i) {
      const auto packet = queues.append();
      std::fill(packet.begin(), packet.end(), number);
      packet[0] = sync_byte;
      packet[1] = 0;
    }
    queues.end_chunk();
    ++number;
  }
  // The chunks whose packets come, `x` for marks of a jump, in reads of this size at most.
  std::string read(OutputId output, std::size_t at_most = 1 << 20) {
    std::string seen;
    std::array<Bytes, 3> pieces;
    while (const std::size_t count = queues.gather(output, pieces)) {
      const Bytes piece = pieces[0].first(std::min(at_most, pieces[0].size()));
      EXPECT_GT(count, 0U);
      partial.insert(partial.end(), piece.begin(), piece.end());
      queues.written(output, piece.size());
    }
    EXPECT_EQ(partial.size() % packet_size, 0U);
    for (std::size_t i = 0; i < partial.size(); i += packet_size) {
      seen += (partial[i + 3] & 0x20U) != 0 && partial[i + 5] == 0x80
                  ? 'x'
                  : static_cast<char>(partial[i + 50]);
    }
    partial.clear();
    return seen;
  }

  Instant now{};
  std::uint8_t number = 'A';
  OutputQueues queues;
  ByteVector partial;
};

OutputQueues::Limits limits(std::size_t packets, Duration span = 10s) {
  return {packets * packet_size, span};
}

TEST(OutputQueues, EachOutputReadsAllAtItsOwnPace) {
  Queue queue(limits(100));
  const OutputId a = queue.queues.attach();
  const OutputId b = queue.queues.attach();
  queue.add(2, true);
  queue.add(1, false);
  EXPECT_EQ(queue.read(a), "AAB");
  queue.add(1, false);
  EXPECT_EQ(queue.read(a), "C");
  EXPECT_EQ(queue.read(b, 100), "AABC");
}

TEST(OutputQueues, OneThatJoinsBeginsAtTheNewestKeyFrame) {
  Queue queue(limits(100));
  const OutputId early = queue.queues.attach();
  queue.add(1, false);
  EXPECT_TRUE(queue.queues.state(early).awaits_key_frame);
  queue.add(1, true);
  queue.add(1, false);
  queue.add(1, true);
  queue.add(1, false);
  EXPECT_EQ(queue.read(queue.queues.attach()), "DE");
  EXPECT_EQ(queue.read(early), "BCDE");
}

TEST(OutputQueues, OneThatFallsBehindGoesOnAtTheNewestKeyFrame) {
  Queue queue(limits(10));
  const OutputId slow = queue.queues.attach();
  queue.add(2, true);
  EXPECT_EQ(queue.read(slow), "AA");
  for (int i = 0; i < 4; ++i) queue.add(2, i == 2);
  queue.add(2, false);
  EXPECT_EQ(queue.queues.state(slow).dropped_bytes, 0U);
  queue.add(2, false);
  EXPECT_EQ(queue.queues.state(slow).times_full, 1U);
  EXPECT_EQ(queue.queues.state(slow).dropped_bytes, 4 * packet_size);
  EXPECT_EQ(queue.queues.take_full(), std::vector<OutputId>{slow});
  EXPECT_EQ(queue.read(slow), "xxxDDEEFFGG");
}

TEST(OutputQueues, EachIsHeldToItsOwnLimits) {
  Queue queue(limits(10));
  const OutputId usual = queue.queues.attach();
  const OutputId small = queue.queues.attach(limits(4));
  const OutputId large = queue.queues.attach(limits(40));
  const OutputId brief = queue.queues.attach(limits(40, 1s));
  for (int i = 0; i < 8; ++i) {
    queue.add(2, i % 2 == 0);
    queue.now += 250ms;
  }
  EXPECT_EQ(queue.read(large), "AABBCCDDEEFFGGHH");
  EXPECT_EQ(queue.read(usual), "EEFFGGHH") << "at its time, E was the newest key frame";
  EXPECT_EQ(queue.read(small), "GGHH");
  EXPECT_EQ(queue.read(brief), "EEFFGGHH");
}

TEST(OutputQueues, ASmallerLimitHoldsAtOnceAndALargerOneFromNowOn) {
  Queue queue(limits(10));
  const OutputId output = queue.queues.attach();
  for (int i = 0; i < 4; ++i) queue.add(2, true);
  queue.queues.limit(output, limits(3));
  queue.add(2, true);
  EXPECT_EQ(queue.read(output), "DDEE");
  queue.queues.limit(output, limits(100));
  for (int i = 0; i < 20; ++i) queue.add(2, true);
  EXPECT_EQ(queue.queues.state(output).queued_bytes, 40 * packet_size);
}

TEST(OutputQueues, FrameThatHasBegunIsWrittenToItsEnd) {
  Queue queue(limits(10));
  const OutputId slow = queue.queues.attach();
  queue.add(3, true);
  std::array<Bytes, 1> pieces;
  queue.queues.gather(slow, pieces);
  queue.partial.assign(pieces[0].begin(), pieces[0].begin() + 250);
  queue.queues.written(slow, 250);
  for (int i = 0; i < 5; ++i) queue.add(2, i == 1);
  EXPECT_EQ(queue.read(slow, 77), "AAAxxxCCDDEEFF");
}

TEST(OutputQueues, OneThatHangsHoldsNoMore) {
  Queue queue(limits(50));
  const OutputId hung = queue.queues.attach();
  queue.add(3, true);
  queue.queues.written(hung, 100);
  for (int i = 0; i < 5000; ++i) {
    queue.add(2, i % 7 == 0);
    queue.now += 40ms;
    ASSERT_LE(queue.queues.state(hung).queued_bytes, (50 + 3 + 3) * packet_size);
  }
  EXPECT_EQ(queue.queues.state(hung).times_full, 1U);
}

TEST(OutputQueues, WhatIsOldIsDropped) {
  Queue queue(limits(1000));
  const OutputId slow = queue.queues.attach();
  queue.add(1, true);
  queue.now += 9s;
  queue.add(1, true);
  queue.now += 2s;
  queue.queues.forget_old(queue.now);
  EXPECT_EQ(queue.queues.state(slow).queued_bytes, packet_size);
  EXPECT_EQ(queue.read(slow), "B");
}

TEST(OutputQueues, WithoutAKeyFrameItWaitsForOne) {
  Queue queue(limits(10));
  const OutputId slow = queue.queues.attach();
  queue.add(1, true);
  EXPECT_EQ(queue.read(slow), "A");
  for (int i = 0; i < 12; ++i) queue.add(1, false);
  EXPECT_TRUE(queue.queues.state(slow).awaits_key_frame);
  EXPECT_EQ(queue.read(slow), "");
  queue.add(1, true);
  EXPECT_EQ(queue.read(slow), "xxxN");
  EXPECT_EQ(queue.queues.state(slow).dropped_bytes, 12 * packet_size);
}

TEST(OutputQueues, AnotherProgrammeEndsThem) {
  Queue queue(limits(100));
  const OutputId old = queue.queues.attach();
  queue.add(2, true);
  queue.queues.begin_epoch({0, 0x1000, 0x100});
  queue.add(2, true);
  EXPECT_FALSE(queue.queues.state(old).is_over);
  EXPECT_EQ(queue.read(old), "AA");
  EXPECT_TRUE(queue.queues.state(old).is_over);
  EXPECT_EQ(queue.read(queue.queues.attach()), "BB");
}

TEST(OutputQueues, OneThatIsOverStaysSo) {
  Queue queue(limits(10));
  const OutputId old = queue.queues.attach();
  queue.add(2, true);
  queue.queues.begin_epoch({0, 0x1000, 0x100});
  EXPECT_EQ(queue.read(old), "AA");
  for (int i = 0; i < 20; ++i) {
    queue.add(2, i % 3 == 0);
    EXPECT_TRUE(queue.queues.state(old).is_over);
    EXPECT_EQ(queue.read(old), "");
  }
}

TEST(OutputQueues, WhatNeverFitsIsRefused) {
  Queue queue(limits(10));
  EXPECT_FALSE(queue.queues.begin_chunk(11, true, {}, queue.now));
}

TEST(OutputQueues, ReaderTakesTheJumpForNoDamage) {
  Options options;
  options.queue.span = 3s;
  Stand stand(options);
  stand.check.allows_jumps = true;
  Living a(stand, {});
  stand.splicer.select(a.id);
  for (int i = 0; i < 1200; ++i) {
    stand.reads = i < 100 || (i > 700 && i < 800) || i > 1150;
    stand.now += 10ms;
    a.give(stand);
  }
  EXPECT_EQ(stand.splicer.state(stand.output).times_full, 2U);
  EXPECT_EQ(stand.told<OutputFellBehind>().size(), 2U);
  for (const SeenFrame& each : stand.check.of(video_pid)) EXPECT_EQ(each.payload.size(), 600U);
}

}  // namespace
}  // namespace recovery::splice::test
