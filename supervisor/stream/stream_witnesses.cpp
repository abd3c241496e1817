// Whom the driver asks about the child beside FFmpeg itself: the kernel, the control group, the
// disk, the receiving server. None of them can hold the loop up: what may take its time is asked
// elsewhere, one question at a time.

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "monitor/probes/space.hpp"
#include "supervisor/stream/output_folders.hpp"
#include "supervisor/stream/stream_state.hpp"

namespace supervisor {

using monitor::probes::Reach;
using monitor::probes::Target;
using namespace std::chrono_literals;

namespace {

constexpr monitor::Duration look_timeout =
    2s;  // a server that needs longer is told as not answering

constexpr monitor::Duration starting_interval = 250ms;

}  // namespace

monitor::probes::SinkStatistics StreamDriver::State::sink_statistics() const {
  monitor::probes::SinkStatistics statistics = config.sink;
  const auto server = std::find_if(sinks.begin(), sinks.end(),
                                   [](const Target& sink) { return sink.reach == Reach::tcp; });
  if (server != sinks.end()) statistics.published_to = server->url;
  return statistics;
}

void StreamDriver::State::begin_witnesses() {
  if (config.monitor.witnesses == monitor::Witnesses::progress) return;
  probe.emplace(child->pid());
  sockets.emplace(child->pid(), present().command.endpoints());
  host.emplace(child->pid());
  connections.clear();
  last_host.reset();
  next_sample_at = now;
  next_look_at = now;
  folders = output_folders(present().command.sinks());
}

void StreamDriver::State::end_witnesses() {
  probe.reset();
  sockets.reset();
  host.reset();
  connections.clear();
  next_sample_at = monitor::never;
  next_look_at = monitor::never;
}

void StreamDriver::State::sample() {
  // Until it is on air there is much to learn in little time.
  const bool starts = core.status().state == recovery::State::starting;
  const monitor::Duration interval = config.monitor.sample_interval;
  next_sample_at = now + (starts ? std::min(interval, starting_interval) : interval);
  const recovery::Generation generation = core.status().generation;
  last_sample = probe->read(now);
  if (last_sample) take(recovery::Observed{generation, *last_sample});
  sample_host();
  sample_connections();
}

void StreamDriver::State::sample_host() {
  if (!host) return;
  last_host = host->read();
  take(recovery::Observed{core.status().generation, *last_host});
}

void StreamDriver::State::sample_connections() {
  if (!sockets) return;
  auto seen = sockets->read();
  if (!seen) {
    // An empty one may pass.
    if (sockets->trouble().empty() || std::exchange(told_of_sockets, true)) return;
    context.log.write(LogLevel::warning, "witness_unavailable", config.name, sockets->trouble());
    return;
  }
  connections = *seen;
  take(recovery::Observed{core.status().generation, std::move(*seen)});
}

// What may take its time.
void StreamDriver::State::look_around() {
  next_look_at = now + config.recovery.probe_interval;
  const recovery::Generation generation = core.status().generation;
  if (!config.sink.url.empty() && !asks_sink) {
    asks_sink = true;
    probe_sink_statistics(context.io_thread.executor(), sink_statistics(), look_timeout,
                          answer<monitor::Observation>([generation](State& self, auto report) {
                            self.asks_sink = false;
                            for_each_text(report, [&self](std::string& text) {
                              text = self.context.secrets.mask(text);
                            });
                            return recovery::Observed{generation, std::move(report)};
                          }));
  }
  if (folders.empty() || asks_space) return;
  asks_space = true;
  monitor::probes::probe_space(context.io_thread.executor(), folders, look_timeout,
                               answer<monitor::Observation>([generation](State& self, auto space) {
                                 self.asks_space = false;
                                 for_each_text(space, [&self](std::string& text) {
                                   text = self.context.secrets.mask(text);
                                 });
                                 return recovery::Observed{generation, std::move(space)};
                               }));
}

}  // namespace supervisor
