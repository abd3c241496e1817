#include "supervisor/exporters/metrics_pusher.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include "monitor/backoff.hpp"
#include "supervisor/exporters/exporter.hpp"
#include "supervisor/thread/periodic_worker.hpp"

namespace supervisor {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// The longest delay is a minute; for intervals above that it is 64 s, the sixth doubling.
constexpr monitor::Duration longest_back_off = 60s;
constexpr monitor::Duration sixth_doubling = 64s;
constexpr monitor::Duration longest_rest = 5min;  // however long the receiver asks for

// The exporter lives until the push is over, whether its owner is gone or not.
asio::awaitable<ExportResult> push(std::shared_ptr<const Exporter> exporter, ExportInput input) {
  co_return co_await exporter->send(std::move(input));
}

}  // namespace

monitor::Duration export_delay(monitor::Duration interval, unsigned failures,
                               monitor::Duration rest) {
  if (failures == 0) return interval;
  const monitor::Backoff backoff(1s, std::clamp(interval, longest_back_off, sixth_doubling));
  return std::max(backoff.after(failures), std::min(rest, longest_rest));
}

struct MetricsPusher::State : std::enable_shared_from_this<State> {
  using Worker = PeriodicWorker<ExportResult>;

  struct Line {  // to one receiver
    Line(const Thread& where, Exporter to, const Thread& loop, Worker::Job job)
        : io_thread(where),
          exporter(std::make_shared<const Exporter>(std::move(to))),
          worker(loop, std::move(job)) {}
    // Its sockets are the I/O thread's.
    ~Line() { io_thread.destroy_here(std::move(exporter)); }

    Thread io_thread;
    std::shared_ptr<const Exporter> exporter;
    bool had_last = false;
    unsigned failures = 0;  // in a row, up to now
    Worker worker;
  };

  explicit State(const Services& with) : services(with), limit(services.loop.executor()) {}

  void add(Exporter exporter);
  void send(Line& line, const Worker::Done& done);
  monitor::Instant take_result(Line& line, const ExportResult& result, monitor::Instant begun_at);
  void log(const Line& line, const std::string& error);
  void count(const Line& line, bool delivered);
  void publish();
  void end_if_all_had_last();
  void end();

  const Services& services;
  std::vector<std::unique_ptr<Line>> lines;
  std::vector<http::ExportCount> counts;
  bool finishing = false;
  asio::steady_timer limit;
  std::function<void()> on_finished;
};

void MetricsPusher::State::add(Exporter exporter) {
  counts.push_back({.exporter = exporter.name});
  const std::size_t index = lines.size();
  lines.push_back(std::make_unique<Line>(
      services.io_thread.thread(), std::move(exporter), services.loop,
      Worker::Job{.begin = [this, index](const Worker::Done& done) { send(*lines[index], done); },
                  .end =
                      [this, index](const ExportResult& result, monitor::Instant begun_at) {
                        return take_result(*lines[index], result, begun_at);
                      }}));
}

void MetricsPusher::State::send(Line& line, const Worker::Done& done) {
  line.had_last = finishing;
  ExportInput input{services.snapshots.read(), http::ClockReading::now(), finishing};
  const auto answered = [done](const std::exception_ptr& failure, ExportResult result) {
    if (failure) result.error = "out of memory or cancelled";
    done(std::move(result));
  };
  line.io_thread.post([executor = line.io_thread.executor(), exporter = line.exporter, answered,
                       input = std::move(input)]() mutable {
    asio::co_spawn(executor, push(std::move(exporter), std::move(input)), answered);
  });
}

monitor::Instant MetricsPusher::State::take_result(Line& line, const ExportResult& result,
                                                   monitor::Instant begun_at) {
  const bool delivered = result.error.empty();
  log(line, result.error);
  line.failures = delivered ? 0 : line.failures + 1;
  count(line, delivered);
  if (line.had_last) {
    end_if_all_had_last();
    return monitor::never;
  }
  return begun_at + export_delay(line.exporter->interval, line.failures, result.rest);
}

void MetricsPusher::State::log(const Line& line, const std::string& error) {
  const bool delivered = error.empty();
  if (delivered == (line.failures == 0)) return;
  services.log.write(
      delivered ? LogLevel::info : LogLevel::warning,
      delivered ? "export_resumed" : "export_failed", {},
      delivered ? "The receiver accepts the metrics again" : services.secrets.mask(error),
      {{"exporter", std::string_view(line.exporter->name)},
       {"failures", std::int64_t{line.failures + !delivered}}});
}

void MetricsPusher::State::count(const Line& line, bool delivered) {
  for (http::ExportCount& count : counts) {
    if (count.exporter == line.exporter->name) ++(delivered ? count.delivered : count.failed);
  }
  publish();
}

void MetricsPusher::State::publish() {
  services.snapshots.publish(&http::Program::exports,
                             std::make_shared<const std::vector<http::ExportCount>>(counts));
}

void MetricsPusher::State::end_if_all_had_last() {
  const bool all = std::ranges::all_of(
      lines, [](const auto& line) { return line->had_last && !line->worker.is_running(); });
  if (all) end();
}

void MetricsPusher::State::end() {
  limit.cancel();
  if (const auto done = std::exchange(on_finished, nullptr)) done();
}

MetricsPusher::MetricsPusher(const http::exporters::Settings& settings, const Services& services)
    : state_(std::make_shared<State>(services)) {
  for (Exporter& exporter : exporters_of(settings, std::chrono::system_clock::now())) {
    state_->add(std::move(exporter));
  }
  if (!state_->lines.empty()) state_->publish();
}

MetricsPusher::~MetricsPusher() = default;

void MetricsPusher::start() {
  for (const auto& line : state_->lines) line->worker.trigger();
}

void MetricsPusher::finish(monitor::Duration limit, std::function<void()> done) {
  if (state_->lines.empty()) return done();
  state_->finishing = true;
  state_->on_finished = std::move(done);
  state_->limit.expires_after(limit);
  state_->limit.async_wait([weak = std::weak_ptr(state_)](const boost::system::error_code& error) {
    const auto state = weak.lock();
    if (state && !error) state->end();
  });
  // What is under way does not hold the last state: another push follows it.
  for (const auto& line : state_->lines) line->worker.trigger();
}

}  // namespace supervisor
