#include "supervisor/io/dependency_watch.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "monitor/probes/dependency.hpp"

namespace supervisor {

using monitor::probes::Dependency;
using monitor::probes::DependencyReport;
using std::chrono::steady_clock;

namespace {

constexpr monitor::Duration look_timeout =
    std::chrono::seconds(5);  // name lookup, connection and TLS across continents take less

monitor::Duration shortest_interval(const Config& config) {
  monitor::Duration shortest = recovery::Policy().probe_interval;
  if (!config.streams.empty()) shortest = config.streams.front().recovery.probe_interval;
  for (const StreamConfig& stream : config.streams) {
    shortest = std::min(shortest, stream.recovery.probe_interval);
  }
  return shortest;
}

}  // namespace

struct DependencyWatch::State : std::enable_shared_from_this<State> {
  struct Watched {
    Watched(Dependency what, const boost::asio::any_io_executor& loop)
        : dependency(std::move(what)), timer(loop) {}

    Dependency dependency;
    boost::asio::steady_timer timer;  // until the next look; idle during one
    std::optional<http::DependencyState> found;
  };

  State(Context with, monitor::Duration every) : context(std::move(with)), interval(every) {}

  std::optional<http::DependencyState> found_of(const Dependency& dependency) const;
  void look(Watched& watched);
  void look_later(Watched& watched, monitor::Instant at);
  void on_report(Watched& watched, const DependencyReport& report);
  void log(const http::DependencyState& found);
  void publish();

  Context context;
  monitor::Duration interval;
  std::vector<std::unique_ptr<Watched>> all;
};

std::optional<http::DependencyState> DependencyWatch::State::found_of(
    const Dependency& dependency) const {
  for (const auto& watched : all) {
    if (watched->dependency == dependency) return watched->found;
  }
  return std::nullopt;
}

void DependencyWatch::State::look(Watched& watched) {
  const auto begun = steady_clock::now();
  const auto answered = [weak = weak_from_this(), loop = context.loop, &watched,
                         begun](DependencyReport report) {
    boost::asio::post(loop, [weak, &watched, begun, report = std::move(report)] {
      const auto state = weak.lock();
      if (!state) return;
      state->on_report(watched, report);
      state->look_later(watched, begun + state->interval);
    });
  };
  monitor::probes::probe_dependency(context.io_thread.executor(), watched.dependency, look_timeout,
                                    answered);
}

void DependencyWatch::State::look_later(Watched& watched, monitor::Instant at) {
  watched.timer.expires_at(at);
  watched.timer.async_wait(
      [weak = weak_from_this(), &watched](const boost::system::error_code& error) {
        const auto state = weak.lock();
        if (state && !error) state->look(watched);
      });
}

void DependencyWatch::State::on_report(Watched& watched, const DependencyReport& report) {
  const bool is_first = !watched.found;
  const bool changed = is_first || watched.found->up != report.up;
  http::DependencyState found{.name = watched.dependency.name,
                              .up = report.up,
                              .sentence = context.secrets.mask(report.sentence),
                              .took = report.took,
                              .since = std::chrono::system_clock::now()};
  if (!changed) found.since = watched.found->since;
  // That one is up at the start is no news.
  if (changed && !(is_first && report.up)) log(found);
  watched.found = std::move(found);
  publish();
}

void DependencyWatch::State::log(const http::DependencyState& found) {
  context.log.write(found.up ? LogLevel::info : LogLevel::warning,
                    found.up ? "dependency_up" : "dependency_down", {}, found.sentence,
                    {{"dependency", std::string_view(found.name)},
                     {"latency_seconds", monitor::seconds(found.took)}});
}

void DependencyWatch::State::publish() {
  auto states = std::make_shared<std::vector<http::DependencyState>>();
  for (const auto& watched : all) {
    if (watched->found) states->push_back(*watched->found);
  }
  context.snapshots.publish(
      &http::Program::dependencies,
      states->empty() ? nullptr
                      : std::shared_ptr<const std::vector<http::DependencyState>>(states));
}

DependencyWatch::DependencyWatch(const Config& config, Context context,
                                 const DependencyWatch* before)
    : state_(std::make_shared<State>(std::move(context), shortest_interval(config))) {
  for (const Dependency& dependency : config.dependencies) {
    auto watched = std::make_unique<State::Watched>(dependency, state_->context.loop);
    if (before) watched->found = before->state_->found_of(dependency);
    state_->all.push_back(std::move(watched));
  }
  if (before) state_->publish();
  for (const auto& watched : state_->all) state_->look(*watched);
}

DependencyWatch::~DependencyWatch() = default;

}  // namespace supervisor
