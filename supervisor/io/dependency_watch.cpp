#include "supervisor/io/dependency_watch.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "monitor/probes/dependency.hpp"
#include "supervisor/thread/periodic_worker.hpp"

namespace supervisor {

using monitor::probes::Dependency;
using monitor::probes::DependencyReport;

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

struct DependencyWatch::State {
  using Worker = PeriodicWorker<DependencyReport>;

  struct Watched {
    Watched(Dependency what, const Thread& loop, Worker::Job job)
        : dependency(std::move(what)), worker(loop, std::move(job)) {}

    Dependency dependency;
    std::optional<http::DependencyState> found;
    Worker worker;
  };

  State(const Services& with, monitor::Duration every) : services(with), interval(every) {}

  void add(const Dependency& dependency);
  std::optional<http::DependencyState> found_of(const Dependency& dependency) const;
  void on_report(Watched& watched, const DependencyReport& report);
  void log(const http::DependencyState& found);
  void publish();

  const Services& services;
  monitor::Duration interval;
  std::vector<std::unique_ptr<Watched>> all;
};

void DependencyWatch::State::add(const Dependency& dependency) {
  const auto probe = [this, dependency](Worker::Done done) {
    monitor::probes::probe_dependency(services.io_thread.executor(), dependency, look_timeout,
                                      std::move(done));
  };
  const auto take = [this, index = all.size()](const DependencyReport& report,
                                               monitor::Instant begun_at) {
    on_report(*all[index], report);
    return begun_at + interval;
  };
  all.push_back(std::make_unique<Watched>(dependency, services.loop,
                                          Worker::Job{.begin = probe, .end = take}));
}

std::optional<http::DependencyState> DependencyWatch::State::found_of(
    const Dependency& dependency) const {
  for (const auto& watched : all) {
    if (watched->dependency == dependency) return watched->found;
  }
  return std::nullopt;
}

void DependencyWatch::State::on_report(Watched& watched, const DependencyReport& report) {
  const bool is_first = !watched.found;
  const bool changed = is_first || watched.found->up != report.up;
  http::DependencyState found{.name = watched.dependency.name,
                              .up = report.up,
                              .sentence = services.secrets.mask(report.sentence),
                              .took = report.took,
                              .since = std::chrono::system_clock::now()};
  if (!changed) found.since = watched.found->since;
  // One that is up at the start is not logged.
  if (changed && !(is_first && report.up)) log(found);
  watched.found = std::move(found);
  publish();
}

void DependencyWatch::State::log(const http::DependencyState& found) {
  services.log.write(found.up ? LogLevel::info : LogLevel::warning,
                     found.up ? "dependency_up" : "dependency_down", {}, found.sentence,
                     {{"dependency", std::string_view(found.name)},
                      {"latency_seconds", monitor::seconds(found.took)}});
}

void DependencyWatch::State::publish() {
  auto states = std::make_shared<std::vector<http::DependencyState>>();
  for (const auto& watched : all) {
    if (watched->found) states->push_back(*watched->found);
  }
  services.snapshots.publish(
      &http::Program::dependencies,
      states->empty() ? nullptr
                      : std::shared_ptr<const std::vector<http::DependencyState>>(states));
}

DependencyWatch::DependencyWatch(const Config& config, const Services& services,
                                 const DependencyWatch* before)
    : state_(std::make_unique<State>(services, shortest_interval(config))) {
  for (const Dependency& dependency : config.dependencies) {
    state_->add(dependency);
    if (before) state_->all.back()->found = before->state_->found_of(dependency);
  }
  if (before) state_->publish();
  for (const auto& watched : state_->all) watched->worker.trigger();
}

DependencyWatch::~DependencyWatch() = default;

}  // namespace supervisor
