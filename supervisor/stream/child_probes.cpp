#include "supervisor/stream/child_probes.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <boost/asio/any_io_executor.hpp>

#include "monitor/probes/sink_statistics.hpp"
#include "monitor/probes/space.hpp"
#include "supervisor/stream/output_folders.hpp"

namespace supervisor {

using monitor::Instant;
using monitor::probes::Reach;
using monitor::probes::Target;
using namespace std::chrono_literals;

namespace {

constexpr monitor::Duration look_timeout = 2s;  // a server that needs longer counts as silent
// Between samples until it is on air, and from the request to end on.
constexpr monitor::Duration close_interval = 250ms;

// The kernel knows it without asking the disk.
std::string working_folder() {
  std::error_code ignored;
  return std::filesystem::current_path(ignored).string();
}

}  // namespace

// One that can be under way. An answer finds out by it whether the child it is about is still
// there.
struct ChildProbes::Question {
  ChildProbes& probes;
  bool is_open = false;
};

ChildProbes::ChildProbes(monitor::probes::FfmpegFinder& finder, const FfmpegCommand& command,
                         const StreamParts& parts, const Services& services, Observe observe)
    : parts_(parts),
      services_(services),
      observe_(std::move(observe)),
      finder_(finder),
      endpoints_(command.endpoints()),
      folders_(output_folders(command.sinks(), working_folder())),
      ffmpeg_(finder.found()),
      process_(ffmpeg_),
      sockets_(ffmpeg_, endpoints_),
      host_(ffmpeg_),
      sink_(std::make_shared<Question>(Question{*this})),
      space_(std::make_shared<Question>(Question{*this})) {
}

Instant ChildProbes::deadline() const {
  return std::min(next_sample_at_, next_look_at_);
}

void ChildProbes::check(Instant now, bool is_starting) {
  if (now >= next_look_at_) {
    next_look_at_ = now + parts_.config.recovery.probe_interval;
    ask_sink();
    ask_space();
  }
  if (now < next_sample_at_) return;
  const monitor::Duration interval = parts_.config.monitor.sample_interval;
  const bool is_close = is_starting || is_ending_;
  next_sample_at_ = now + (is_close ? std::min(interval, close_interval) : interval);
  sample(now);
}

void ChildProbes::adjust_intervals(Instant now) {
  next_sample_at_ = std::min(next_sample_at_, now + parts_.config.monitor.sample_interval);
  next_look_at_ = std::min(next_look_at_, now + parts_.config.recovery.probe_interval);
}

void ChildProbes::watch_end() {
  is_ending_ = true;
  next_sample_at_ = Instant::min();
}

// What was read of the process before it belongs to that one.
void ChildProbes::follow(pid_t ffmpeg) {
  if (ffmpeg == ffmpeg_) return;
  ffmpeg_ = ffmpeg;
  process_ = monitor::probes::ProcessProbe(ffmpeg);
  sockets_ = monitor::probes::SocketsProbe(ffmpeg, endpoints_);
  host_ = monitor::probes::HostProbe(ffmpeg);
}

void ChildProbes::sample(Instant now) {
  follow(finder_.find(now));
  const std::weak_ptr<Question> alive = sink_;  // what is observed may end the child's life
  last_process_ = process_.read(now);
  if (last_process_) observe_(*last_process_);
  if (alive.expired()) return;
  read_host();
  if (alive.expired()) return;
  auto connections = sockets_.read();
  if (!connections) return;
  last_connections_ = *connections;
  observe_(std::move(*connections));
}

void ChildProbes::read_host() {
  last_host_ = host_.read();
  observe_(*last_host_);
}

monitor::probes::SinkStatistics ChildProbes::sink_statistics() const {
  monitor::probes::SinkStatistics statistics = parts_.config.sink;
  const auto server = std::find_if(parts_.sinks.begin(), parts_.sinks.end(),
                                   [](const Target& sink) { return sink.reach == Reach::tcp; });
  if (server != parts_.sinks.end()) statistics.published_to = server->url;
  return statistics;
}

void ChildProbes::ask_sink() {
  if (parts_.config.sink.url.empty() || std::exchange(sink_->is_open, true)) return;
  probe_sink_statistics(services_.io_thread.executor(), sink_statistics(), look_timeout,
                        answer_to(sink_));
}

void ChildProbes::ask_space() {
  if (folders_.empty() || std::exchange(space_->is_open, true)) return;
  monitor::probes::probe_space(services_.io_thread.executor(), folders_, look_timeout,
                               answer_to(space_));
}

// Called on the I/O thread.
std::function<void(monitor::Observation)> ChildProbes::answer_to(
    const std::shared_ptr<Question>& question) {
  return services_.loop.callback(
      std::weak_ptr(question), [](Question& asked, monitor::Observation answer) {
        asked.is_open = false;
        const Secrets& secrets = asked.probes.services_.secrets;
        for_each_text(answer, [&secrets](std::string& text) { text = secrets.mask(text); });
        asked.probes.observe_(std::move(answer));
      });
}

}  // namespace supervisor
