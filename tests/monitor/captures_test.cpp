#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "capture.hpp"
#include "monitor/ffmpeg/progress.hpp"
#include "monitor/watch.hpp"

// Replays recorded runs of real FFmpeg through parser and Watch, with a check at each block and
// each deadline, as the core does.
namespace monitor {
namespace {

using namespace std::chrono_literals;

struct Seen {
  struct Finding {
    Instant at;
    Duration since_advance;
  };
  std::optional<Finding> frozen, slow, bitrate_drop;  // the first of each
  std::size_t blocks = 0;
  std::size_t advances = 0;
};

class Replay {
 public:
  explicit Replay(const Limits& limits) : watch_(limits, true, Instant{}) {}

  Seen run(const std::string& name, Duration silence_after = {}) {
    for (const captures::Line& line : captures::progress_of(name)) {
      wait_until(line.at);
      if (line.gap) {
        gap_ = true;
        continue;
      }
      // What was left out of the recording is held against nobody.
      if (std::exchange(gap_, false)) watch_.rebase(line.at);
      for (const Progress& block : parser_.feed(line.text + "\n")) {
        ++seen_.blocks;
        seen_.advances += watch_.on_progress(block, line.at);
        check(line.at);
      }
      last_ = line.at;
    }
    if (silence_after > Duration::zero()) wait_until(last_ + silence_after);
    return seen_;
  }

 private:
  void wait_until(Instant end) {
    for (int ticks = 0; !gap_; ++ticks) {
      ASSERT_LT(ticks, 10) << "deadlines do not move on";
      const Instant due = watch_.deadline(checked_);
      if (due > end) return;
      check(due);
    }
  }

  void check(Instant now) {
    checked_ = now;
    for (const Fault& fault : watch_.check(now)) {
      auto& finding = fault.cause == Cause::encoder_frozen ? seen_.frozen
                      : fault.cause == Cause::encoder_slow ? seen_.slow
                                                           : seen_.bitrate_drop;
      if (!finding) finding = {now, now - watch_.evidence().last_advance};
    }
  }

  Watch watch_;
  ProgressParser parser_;
  Seen seen_;
  Instant checked_{};
  Instant last_{};
  bool gap_ = false;
};

// Scaled down: the runs last seconds where the defaults are tens of seconds.
Limits quick() {
  Limits limits;
  limits.startup_timeout = 15s;
  limits.freeze_timeout = 3s;
  limits.bitrate_drop.window = 5s;
  limits.bitrate_drop.hold = 5s;
  limits.min_speed.hold = 5s;
  return limits;
}

Seen replay(const std::string& name, Duration silence_after = {}) {
  return Replay(quick()).run(name, silence_after);
}

bool starts_with_one_of(const std::string& name, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&name](const std::string& prefix) { return name.starts_with(prefix); });
}

TEST(Captures, HealthyRunsHaveNoFault) {
  int replayed = 0;
  for (const std::string& name : captures::names()) {
    if (!starts_with_one_of(
            name, {"a_", "b_", "c_", "s_", "y_first_block", "x_psnr", "x_fifo_muxer", "x_tee",
                   "p_corrupt_mp3", "sig_stdin_devnull"})) {
      continue;
    }
    const Seen seen = replay(name);
    EXPECT_FALSE(seen.frozen) << name;
    EXPECT_FALSE(seen.slow) << name;
    EXPECT_FALSE(seen.bitrate_drop) << name;
    EXPECT_GT(seen.advances, 2U) << name;
    ++replayed;
  }
  EXPECT_GE(replayed, 40);
}

// No run that ends by itself or by a signal, however it ends, is frozen before at the default
// limits.
TEST(Captures, NoRunThatAdvancesIsFrozenAtTheDefaults) {
  const std::vector<std::string> stalling = {"e_", "i_", "j_",        "k_",
                                             "l_", "u_", "y_icecast", "x_icecast_out_stopped"};
  for (const std::string& name : captures::names()) {
    if (starts_with_one_of(name, stalling)) continue;
    EXPECT_FALSE(Replay(Limits{}).run(name).frozen) << name;
  }
}

struct Freeze {
  const char* name;
  double last_advance_s;  // as the recording has it
};

class CapturedFreeze : public testing::TestWithParam<Freeze> {};

TEST_P(CapturedFreeze, IsFoundAtTheTimeoutAfterTheLastAdvance) {
  const Seen seen = replay(GetParam().name, 60s);
  ASSERT_TRUE(seen.frozen);
  EXPECT_EQ(seen.frozen->since_advance, 3s);
  EXPECT_NEAR(seconds(seen.frozen->at.time_since_epoch()), GetParam().last_advance_s + 3, 0.01);
}

INSTANTIATE_TEST_SUITE_P(Sinks, CapturedFreeze,
                         testing::Values(Freeze{"e_rtmp_server_hang_default", 20.419},
                                         Freeze{"e_rtmp_server_hang_default_6.1.1", 20.573},
                                         Freeze{"e_rtmp_server_hang_resume", 19.381},
                                         Freeze{"y_icecast_out_stopped_1400k_7.1.5", 30.153}));
INSTANTIATE_TEST_SUITE_P(Sources, CapturedFreeze,
                         testing::Values(Freeze{"j_icecast_stopped_default", 9.950},
                                         Freeze{"j_icecast_stopped_default_7.1.5", 10.519},
                                         Freeze{"j_icecast_stopped_image_plus_audio", 12.622},
                                         Freeze{"j_icecast_stopped_image_plus_audio_7.1.5", 12.696},
                                         Freeze{"k_fifo_writer_stalls_default", 11.924},
                                         Freeze{"k_fifo_writer_stalls_default_7.1.5", 12.865},
                                         Freeze{"u_hls_generator_dies", 15.336},
                                         Freeze{"u_hls_generator_dies_7.1.5", 16.256}));
INSTANTIATE_TEST_SUITE_P(Stopped, CapturedFreeze,
                         testing::Values(Freeze{"l_ffmpeg_sigstop", 7.322},
                                         Freeze{"l_ffmpeg_sigstop_7.1.5", 7.296},
                                         Freeze{"l_ffmpeg_sigstop_9.0.2", 7.401},
                                         Freeze{"l_ffmpeg_sigstop_term_pending", 5.296},
                                         Freeze{"l_ffmpeg_sigstop_term_pending_7.1.5", 5.264}));

// 7.1 goes on printing blocks while its sink hangs; the recording leaves out the moment it stopped.
TEST(Captures, BlocksOfAHungSinkAreNoHeartbeat) {
  const Seen seen = replay("e_rtmp_server_hang_default_7.1.5");
  ASSERT_TRUE(seen.frozen);
  EXPECT_EQ(seen.frozen->since_advance, 3s);
  EXPECT_GT(seen.blocks, 30U);
}

TEST(Captures, AStarvedEncoderIsSlow) {
  for (const char* name : {"m_cpu_starved", "m_cpu_starved_7.1.5", "m_cpu_starved_icecast_input",
                           "m_cpu_starved_icecast_input_7.1.5"}) {
    const Seen seen = replay(name);
    ASSERT_TRUE(seen.slow) << name;
    EXPECT_LE(seen.slow->at, captures::instant(20)) << name;
    EXPECT_FALSE(Replay(Limits{}).run(name).frozen) << name;
  }
  EXPECT_TRUE(Replay(Limits{}).run("m_cpu_starved").slow);
}

TEST(Captures, ABitrateDropIsSeenWithinWindowAndHold) {
  for (const char* name : {"r_bitrate_drop_at_60", "r_bitrate_drop_at_60_7.1.5"}) {
    for (const Limits& limits : {quick(), Limits{}}) {
      const Seen seen = Replay(limits).run(name);
      ASSERT_TRUE(seen.bitrate_drop) << name;
      const Duration allowed = limits.bitrate_drop.window + limits.bitrate_drop.hold + 2s;
      EXPECT_GE(seen.bitrate_drop->at, captures::instant(60)) << name;
      EXPECT_LE(seen.bitrate_drop->at, captures::instant(60) + allowed) << name;
      EXPECT_FALSE(seen.frozen) << name;
    }
  }
}

TEST(Captures, RunsThatNeverPutAnythingOutAreFoundAtStartup) {
  for (const char* name : {"x_rtmp_mute_server_default", "x_http_mute_server_default_7.1.5",
                           "sig_SIGTERM_during_rtmp_handshake"}) {
    const Seen seen = replay(name, 60s);
    ASSERT_TRUE(seen.frozen) << name;
    EXPECT_EQ(seen.frozen->at, Instant{15s}) << name;
    EXPECT_EQ(seen.advances, 0U) << name;
  }
}

}  // namespace
}  // namespace monitor
