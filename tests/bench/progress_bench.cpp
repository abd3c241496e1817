#include <cstring>
#include <string>

#include <benchmark/benchmark.h>

#include "monitor/ffmpeg/progress.hpp"
#include "monitor/watch.hpp"

namespace {

using namespace std::chrono_literals;

// As FFmpeg 5.1 writes a block of an audio and video stream: about 200 bytes.
std::string block_text(int number) {
  const std::string microseconds = std::to_string(number * 500'000LL);
  return "frame=" + std::to_string(number * 12) + "\nfps=25.01\nstream_0_0_q=29.0\n" +
         "bitrate= 461.6kbits/s\ntotal_size=" + std::to_string(number * 28'850LL) +
         "\nout_time_us=" + microseconds + "\nout_time_ms=" + microseconds +
         "\nout_time=00:10:01.973000\ndup_frames=0\ndrop_frames=0\nspeed=0.998x\n" +
         "progress=continue\n";
}

std::string blocks_text(std::size_t bytes) {
  std::string text;
  for (int number = 1; text.size() < bytes; ++number) text += block_text(number);
  return text;
}

constexpr std::size_t pipe_bytes = 64 * 1024;  // what a pipe holds: a reader that was late

void count(benchmark::State& state, std::size_t bytes) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes));
}

// The least any line parser does: find the line ends.
void find_line_ends(benchmark::State& state, const std::string& text) {
  for (auto _ : state) {
    const char* at = text.data();
    const char* const end = at + text.size();
    std::size_t lines = 0;
    while (const void* found = std::memchr(at, '\n', static_cast<std::size_t>(end - at))) {
      at = static_cast<const char*>(found) + 1;
      ++lines;
    }
    benchmark::DoNotOptimize(lines);
  }
  count(state, text.size());
}

void FloorOneBlock(benchmark::State& state) {
  find_line_ends(state, block_text(750));
}
BENCHMARK(FloorOneBlock);

void FloorFullPipe(benchmark::State& state) {
  find_line_ends(state, blocks_text(pipe_bytes));
}
BENCHMARK(FloorFullPipe);

void parse(benchmark::State& state, const std::string& text) {
  monitor::ProgressParser parser;
  for (auto _ : state) benchmark::DoNotOptimize(parser.feed(text).data());
  count(state, text.size());
}

void ParseOneBlock(benchmark::State& state) {
  parse(state, block_text(750));
}
BENCHMARK(ParseOneBlock);

void ParseFullPipe(benchmark::State& state) {
  parse(state, blocks_text(pipe_bytes));
}
BENCHMARK(ParseFullPipe);

// All detectors on a healthy stream's block, as at each wake-up.
void WatchOneBlock(benchmark::State& state) {
  monitor::Watch watch(monitor::Limits{}, true, monitor::Instant{});
  monitor::Instant now{};
  monitor::Progress block;
  std::int64_t number = 0;
  for (auto _ : state) {
    now += 500ms;
    block.frame = ++number * 12;
    block.total_size_bytes = number * 28'850;
    block.out_time = number * 500ms;
    benchmark::DoNotOptimize(watch.on_progress(block, now));
    benchmark::DoNotOptimize(watch.deadline(now));
  }
}
BENCHMARK(WatchOneBlock);

}  // namespace
