#include "supervisor/io/metrics_pusher.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "supervisor/io/exporter.hpp"

namespace supervisor {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr monitor::Duration longest_back_off = 60s;  // a receiver that was mended, known by then
constexpr monitor::Duration longest_rest = 5min;     // nobody asks to be left alone for the night
constexpr unsigned doublings = 6;                    // 2^6 s is past the longest

// The exporter lives as long as what it sends, whoever asked is gone or not.
asio::awaitable<ExportResult> send(std::shared_ptr<const Exporter> exporter, ExportInput moment) {
  co_return co_await exporter->send(std::move(moment));
}

}  // namespace

monitor::Duration export_delay(monitor::Duration interval, unsigned failures,
                               monitor::Duration rest) {
  if (failures == 0) return interval;
  const monitor::Duration doubled = 1s * (1U << std::min(failures - 1, doublings));
  return std::max(std::min(doubled, std::max(interval, longest_back_off)),
                  std::min(rest, longest_rest));
}

struct MetricsPusher::State : std::enable_shared_from_this<State> {
  struct Line {  // to one receiver
    Line(std::shared_ptr<const Exporter> to, const asio::any_io_executor& loop)
        : exporter(std::move(to)), timer(loop) {}

    std::shared_ptr<const Exporter> exporter;
    asio::steady_timer timer;  // until the next try; idle during one
    bool under_way = false;
    bool had_last = false;
    unsigned failures = 0;  // one after the other, up to now
  };

  explicit State(Context with) : context(std::move(with)), limit(context.loop) {}

  void send_now(Line& line);
  void send_later(Line& line, monitor::Duration pause);
  void take_result(Line& line, const ExportResult& result, monitor::Instant begun);
  void log(const Line& line, const std::string& error);
  void count(const Line& line, bool delivered);
  void publish();
  void end_if_all_had_last();
  void end();

  Context context;
  std::vector<std::unique_ptr<Line>> lines;
  std::vector<http::ExportCount> counts;
  bool finishing = false;
  asio::steady_timer limit;
  std::function<void()> on_finished;
};

void MetricsPusher::State::send_now(Line& line) {
  line.under_way = true;
  line.had_last = finishing;
  const auto begun = steady_clock::now();
  auto answered = [weak = weak_from_this(), loop = context.loop, &line, begun](
                      const std::exception_ptr& failure, ExportResult result) {
    if (failure) result.error = "out of memory or cancelled";
    asio::post(loop, [weak, &line, begun, result = std::move(result)] {
      if (const auto state = weak.lock()) state->take_result(line, result, begun);
    });
  };
  ExportInput moment{context.snapshots.read(), http::ClockReading::now(), finishing};
  asio::co_spawn(context.io_thread.executor(), send(line.exporter, std::move(moment)),
                 std::move(answered));
}

void MetricsPusher::State::send_later(Line& line, monitor::Duration pause) {
  line.timer.expires_after(pause);
  line.timer.async_wait([weak = weak_from_this(), &line](const boost::system::error_code& error) {
    const auto state = weak.lock();
    if (state && !error && !state->finishing) state->send_now(line);
  });
}

void MetricsPusher::State::take_result(Line& line, const ExportResult& result,
                                       monitor::Instant begun) {
  line.under_way = false;
  const bool delivered = result.error.empty();
  log(line, result.error);
  line.failures = delivered ? 0 : line.failures + 1;
  count(line, delivered);
  if (line.had_last) return end_if_all_had_last();
  if (finishing) return send_now(line);  // what was under way was not the last word
  const monitor::Duration took = steady_clock::now() - begun;
  const monitor::Duration pause = export_delay(line.exporter->interval, line.failures, result.rest);
  send_later(line, std::max(pause - took, monitor::Duration::zero()));
}

// The first failure and the first delivery after it; what is between is counted.
void MetricsPusher::State::log(const Line& line, const std::string& error) {
  const bool delivered = error.empty();
  if (delivered == (line.failures == 0)) return;
  context.log.write(delivered ? LogLevel::info : LogLevel::warning,
                    delivered ? "export_resumed" : "export_failed", {},
                    delivered ? "It takes the metrics again" : context.secrets.mask(error),
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
  context.snapshots.publish(&http::Program::exports,
                            std::make_shared<const std::vector<http::ExportCount>>(counts));
}

void MetricsPusher::State::end_if_all_had_last() {
  const bool all = std::ranges::all_of(
      lines, [](const auto& line) { return line->had_last && !line->under_way; });
  if (all) end();
}

void MetricsPusher::State::end() {
  limit.cancel();
  if (const auto done = std::exchange(on_finished, nullptr)) done();
}

MetricsPusher::MetricsPusher(const http::exporters::Settings& settings, Context context)
    : state_(std::make_shared<State>(std::move(context))) {
  for (Exporter& exporter : exporters_of(settings, std::chrono::system_clock::now())) {
    state_->counts.push_back({.exporter = exporter.name});
    state_->lines.push_back(std::make_unique<State::Line>(
        std::make_shared<const Exporter>(std::move(exporter)), state_->context.loop));
  }
  if (!state_->lines.empty()) state_->publish();
}

MetricsPusher::~MetricsPusher() = default;

void MetricsPusher::start() {
  for (const auto& line : state_->lines) state_->send_now(*line);
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
  for (const auto& line : state_->lines) {
    line->timer.cancel();
    if (!line->under_way) state_->send_now(*line);
  }
}

}  // namespace supervisor
