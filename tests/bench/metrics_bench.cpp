#include <cstring>

#include <benchmark/benchmark.h>

#include "http/metrics/metrics.hpp"

// /metrics after every stream has published anew: what one scrape costs, and what copying the same
// bytes costs.

namespace {

using namespace std::chrono_literals;

std::shared_ptr<http::StreamSnapshot> snapshot_of(std::size_t number, std::uint64_t round) {
  auto snapshot = std::make_shared<http::StreamSnapshot>();
  snapshot->name = "stream-" + std::to_string(number);
  snapshot->has_rtmp_output = true;
  snapshot->status.state = recovery::State::on_air;
  snapshot->status.pid = 4242;
  snapshot->status.on_air_since = monitor::Instant(100s);
  snapshot->status.on_air_total = 1234567us * round;
  snapshot->readings.fps = 25;
  snapshot->readings.speed = 1.0 + 1e-3 * static_cast<double>(round % 10);
  snapshot->readings.bitrate_bps = 2.5e6 + static_cast<double>(number * round % 1000);
  snapshot->totals.frames = 25 * round + number;
  snapshot->totals.output_bytes = 312'500 * round;
  snapshot->outputs = {{.name = "rtmp-1", .is_rtmp = true, .delivered_bytes = 312'500 * round}};
  return snapshot;
}

class Page {
 public:
  explicit Page(std::size_t streams) : streams_(streams), store_(streams), page_(store_) {}

  void publish() {
    ++round_;
    for (std::size_t i = 0; i < streams_; ++i) store_.publish(i, snapshot_of(i, round_));
    now_ = {monitor::Instant(1000s + 15s * round_), recovery::WallTime(1'800'000'000s)};
  }
  std::shared_ptr<const std::string> scrape(std::string_view accepted) {
    return page_.answer(accepted, now_).body;
  }

 private:
  std::size_t streams_;
  std::uint64_t round_ = 0;
  http::ClockReading now_{};
  http::SnapshotStore store_;
  http::MetricsPage page_;
};

void scrape(benchmark::State& state, std::string_view accepted) {
  Page page(static_cast<std::size_t>(state.range(0)));
  std::size_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    page.publish();
    state.ResumeTiming();
    bytes = page.scrape(accepted)->size();
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}

void rendered(benchmark::State& state) {
  scrape(state, "");
}

void compressed(benchmark::State& state) {
  scrape(state, "gzip");
}

// A further scraper within the same moment.
void shared(benchmark::State& state) {
  Page page(static_cast<std::size_t>(state.range(0)));
  page.publish();
  for (auto _ : state) benchmark::DoNotOptimize(page.scrape("gzip"));
}

void copied(benchmark::State& state) {
  Page page(static_cast<std::size_t>(state.range(0)));
  page.publish();
  const auto text = page.scrape("");
  for (auto _ : state) {
    std::string copy(*text);
    benchmark::DoNotOptimize(copy);
  }
}

BENCHMARK(rendered)->Arg(1)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);
BENCHMARK(compressed)->Arg(1)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);
BENCHMARK(shared)->Arg(1)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);
BENCHMARK(copied)->Arg(1)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace
