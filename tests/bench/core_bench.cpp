// What one event costs the core: the block that comes twice a second, the Tick, and the way from a
// dead child to the next launch.

#include <benchmark/benchmark.h>

#include "recovery/stream_core.hpp"
#include "recovery/stream_recorder.hpp"

namespace {

using namespace recovery;

constexpr std::chrono::milliseconds period{500};

// A stream on air, and a child that says what a healthy one says.
struct Stream {
  StreamCore core{Policy{}, monitor::Limits{}, {}, 1};
  StreamRecorder recorder{"radio", 1000};
  Instant now = Instant{} + std::chrono::hours(1);
  monitor::Progress block;

  Stream() {
    core.step(StartRequested{}, now);
    launched();
    for (int i = 0; i < 600; ++i) advance();
  }
  void launched() {
    block = {};
    block.frame = block.total_size_bytes = 0;
    block.out_time = std::chrono::microseconds(0);
    core.step(Launched{core.status().generation, 4711}, now);
  }
  Event next_block() {
    now += period;
    *block.frame += 12;
    *block.total_size_bytes += 125'000;
    *block.out_time += period;
    return ProgressSeen{core.status().generation, block};
  }
  Step advance() { return core.step(next_block(), now); }
};

void healthy_progress(benchmark::State& state) {
  Stream stream;
  for (auto _ : state) {
    benchmark::DoNotOptimize(stream.advance());
    benchmark::DoNotOptimize(stream.core.next_deadline());
  }
}
BENCHMARK(healthy_progress);

void healthy_progress_with_ledger(benchmark::State& state) {
  Stream stream;
  for (auto _ : state) {
    const Event event = stream.next_block();
    const Step step = stream.core.step(event, stream.now);
    stream.recorder.record(event, step, stream.core.status(), stream.now, WallTime{});
    benchmark::DoNotOptimize(stream.core.next_deadline());
  }
}
BENCHMARK(healthy_progress_with_ledger);

void tick_without_cause(benchmark::State& state) {
  Stream stream;
  for (auto _ : state) benchmark::DoNotOptimize(stream.core.step(Tick{}, stream.now));
}
BENCHMARK(tick_without_cause);

// The child dies after a healthy minute; the Launch comes in the same step.
void exit_to_launch(benchmark::State& state) {
  Stream stream;
  for (auto _ : state) {
    state.PauseTiming();
    while (stream.core.status().attempts > 0 || !stream.core.status().on_air_since)
      stream.advance();
    const Exited exited{stream.core.status().generation, {1, std::nullopt}};
    state.ResumeTiming();
    const Step step = stream.core.step(exited, stream.now);
    if (step.actions.size() != 1) state.SkipWithError("no Launch");
    state.PauseTiming();
    stream.launched();
    state.ResumeTiming();
  }
}
BENCHMARK(exit_to_launch)->Iterations(20'000);

// It freezes: the Tick that finds it, the TERM, its exit, the Launch.
void freeze_to_launch(benchmark::State& state) {
  Stream stream;
  for (auto _ : state) {
    state.PauseTiming();
    while (stream.core.status().attempts > 0 || !stream.core.status().on_air_since)
      stream.advance();
    stream.now += std::chrono::seconds(31);
    const Exited exited{stream.core.status().generation, {255, std::nullopt}};
    state.ResumeTiming();
    const Step term = stream.core.step(Tick{}, stream.now);
    const Step launch = stream.core.step(exited, stream.now);
    if (term.actions.size() != 1 || launch.actions.size() != 1) state.SkipWithError("no restart");
    state.PauseTiming();
    stream.launched();
    state.ResumeTiming();
  }
}
BENCHMARK(freeze_to_launch)->Iterations(20'000);

}  // namespace
