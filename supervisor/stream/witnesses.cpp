#include "supervisor/stream/witnesses.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include <boost/asio/any_io_executor.hpp>

#include "monitor/probes/host.hpp"
#include "monitor/probes/process.hpp"
#include "monitor/probes/sink_statistics.hpp"
#include "monitor/probes/sockets.hpp"
#include "monitor/probes/space.hpp"
#include "monitor/probes/thread_waits.hpp"
#include "monitor/text/url.hpp"
#include "supervisor/stream/output_folders.hpp"
#include "supervisor/stream/statistics_output.hpp"

namespace supervisor {

using monitor::Instant;
using monitor::Observation;
using monitor::probes::Attention;
using monitor::probes::HostProbe;
using monitor::probes::ProcessProbe;
using monitor::probes::SocketsProbe;
using monitor::probes::ThreadWaits;
using namespace std::chrono_literals;

namespace {

constexpr monitor::Duration look_timeout = 2s;  // what needs longer counts as silent

// A row is copied: its copies share the probe.
template <class Probe>
Reading reading_of(std::shared_ptr<Probe> probe) {
  Reading row;
  row.read = [probe](Instant now, Attention attention) -> std::optional<Observation> {
    if constexpr (requires { probe->read(now, attention); })
      return probe->read(now, attention);
    else if constexpr (requires { probe->read(now); })
      return probe->read(now);
    else
      return probe->read(attention);
  };
  row.trouble = [probe]() -> std::string {
    if constexpr (requires { probe->trouble(); }) return probe->trouble();
    return {};
  };
  return row;
}

// Where FFmpeg waits while its output advances tells only of a source that is a pipe or sends
// datagrams; of all else it is read once the output stands still.
Reading reading_of_waits(std::shared_ptr<ThreadWaits> waits,
                         std::shared_ptr<const ProcessProbe> process,
                         std::shared_ptr<const SocketsProbe> sockets) {
  Reading row;
  row.read = [waits = std::move(waits), process = std::move(process), sockets = std::move(sockets)](
                 Instant, Attention attention) {
    const bool may_tell = sockets->may_wait_for_pipe_or_datagrams();
    auto sample = waits->read(may_tell ? Attention::close : attention);
    if (sample) sample->read_bytes = process->read_bytes();
    return sample ? std::optional<Observation>(*sample) : std::nullopt;
  };
  row.trouble = [] { return std::string(); };
  return row;
}

Reading outliving(Reading row) {
  row.outlives_process = true;
  return row;
}

// The kernel knows it without asking the disk.
std::string working_folder() {
  std::error_code ignored;
  return std::filesystem::current_path(ignored).string();
}

monitor::probes::SinkStatistics statistics_of(const StreamParts& parts) {
  monitor::probes::SinkStatistics statistics = parts.config.sink;
  statistics.published_to = output_of_statistics(statistics.url, parts.sinks);
  return statistics;
}

Inquiry inquiry_of_sink(const StreamParts& parts) {
  return {.is_wanted = [&parts] { return !parts.config.sink.url.empty(); },
          .ask =
              [&parts](const Inquiry::Executor& executor, Inquiry::Answer answer) {
                monitor::probes::probe_sink_statistics(executor, statistics_of(parts), look_timeout,
                                                       std::move(answer));
              }};
}

// Where the child writes files to.
Inquiry inquiry_of_space(std::vector<std::string> folders) {
  const bool any = !folders.empty();
  return {.is_wanted = [any] { return any; },
          .ask =
              [folders = std::move(folders)](const Inquiry::Executor& executor,
                                             Inquiry::Answer answer) {
                monitor::probes::probe_space(executor, folders, look_timeout, std::move(answer));
              }};
}

bool may_read_srt(const monitor::Endpoints& endpoints) {
  return endpoints.inputs.empty() ||
         std::ranges::any_of(endpoints.inputs, [](const std::string& input) {
           return monitor::url_scheme(input) == "srt";
         });
}

}  // namespace

std::vector<Reading> readings_of(pid_t ffmpeg, const monitor::Endpoints& endpoints,
                                 std::uint64_t progress_pipe) {
  const auto process = std::make_shared<ProcessProbe>(ffmpeg);
  const auto waits = std::make_shared<ThreadWaits>(ffmpeg, progress_pipe, may_read_srt(endpoints));
  const auto sockets = std::make_shared<SocketsProbe>(ffmpeg, endpoints);
  return {
      reading_of(process),
      // The kernel counts those it killed out of memory.
      outliving(reading_of(std::make_shared<HostProbe>(ffmpeg))),
      reading_of_waits(waits, process, sockets),
      reading_of(sockets),
  };
}

std::vector<Inquiry> inquiries_of(const FfmpegCommand& command, const StreamParts& parts) {
  return {
      inquiry_of_sink(parts),
      inquiry_of_space(output_folders(command.sinks(), working_folder())),
  };
}

}  // namespace supervisor
