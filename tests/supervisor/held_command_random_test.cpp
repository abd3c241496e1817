#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "held_stand.hpp"
#include "supervisor/hold/held_command.hpp"
#include "supervisor/hold/output_legs.hpp"

namespace supervisor {
namespace {

using namespace test::taken_apart;

// Whatever the command, no output is lost or published twice, and none that is held stays in the
// encoder's command.
TEST(HeldCommand, EveryOutputHasItsPlace) {
  const Words words = {"-i",
                       "x",
                       "-f",
                       "flv",
                       "mp3",
                       "tee",
                       "fifo",
                       "-c",
                       "copy",
                       "-map",
                       "0:a",
                       "[v]",
                       "-vn",
                       "rtmp://h/a",
                       "a.mp4",
                       "-",
                       "icecast://h/m",
                       "-flags",
                       "--",
                       "+global_header",
                       "-y",
                       "-c:v",
                       "libx264",
                       "-fifo_format",
                       "tee:[f=flv]rtmp://t/1|b.ts",
                       "[f=flv]rtmp://u/1|[f=mp3:select=a]icecast://w/1|c.ts",
                       "[f=fifo:fifo_format=flv]rtmp://x/1",
                       "-bsf:a",
                       "null",
                       "=:'\\[|"};
  std::mt19937 random(1);
  int taken_apart = 0;
  for (int run = 0; run < 20000; ++run) {
    Words argv = {"ffmpeg"};
    for (std::size_t left = random() % 12 + 1; left > 0; --left)
      argv.push_back(words[random() % words.size()]);
    const FfmpegCommand command(argv);
    const Words& outputs = command.endpoints().outputs;
    HeldCommand taken;
    try {
      taken = held_command(command, help(), outputs);  // each named by its URL
    } catch (const CommandError&) {
      continue;
    }
    ++taken_apart;
    Words places = taken.kept;
    for (const HeldCommand::Publisher& publisher : taken.publishers) {
      EXPECT_EQ(publisher.argv.back(), publisher.name) << joined(argv);
      EXPECT_LT(publisher.pipe, taken.pipes);
      places.push_back(publisher.name);
    }
    EXPECT_TRUE(std::ranges::is_permutation(places, outputs)) << joined(argv);
    const std::vector<int> descriptors(taken.pipes, 20);
    const FfmpegCommand encoding(taken.encoder_argv(descriptors));
    EXPECT_EQ(encoding.endpoints().outputs.size(), taken.kept.size() + taken.pipes) << joined(argv);
    EXPECT_TRUE(std::ranges::none_of(encoding.endpoints().outputs, is_network)) << joined(argv);
  }
  EXPECT_GT(taken_apart, 1000);
}

}  // namespace
}  // namespace supervisor
