#pragma once

// Private to the stream's driver: what it holds and does, in one place for the files that do it.

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "monitor/probes/endpoint_probe.hpp"
#include "monitor/probes/host.hpp"
#include "monitor/probes/process.hpp"
#include "monitor/probes/sink_statistics.hpp"
#include "monitor/probes/sockets.hpp"
#include "recovery/stream_core.hpp"
#include "recovery/stream_recorder.hpp"
#include "supervisor/child/child_process.hpp"
#include "supervisor/ffmpeg/stderr_reader.hpp"
#include "supervisor/log/event_log.hpp"
#include "supervisor/stream/launchable.hpp"
#include "supervisor/stream/stream_driver.hpp"
#include "supervisor/tracks/station_watch.hpp"

namespace supervisor {

struct StreamDriver::State : std::enable_shared_from_this<State> {
  State(boost::asio::any_io_executor executor_in, StreamParts parts, Context context_in);
  void reconfigure(StreamParts parts, bool primary_changed, bool fallback_changed);

  // One wake-up: events in, everything they lead to done, the world told.
  void wake(recovery::Event event) {
    begin();
    take(std::move(event));
    finish();
  }
  void begin();
  void take(recovery::Event event);
  void finish();

  void perform(const recovery::Launch& action);
  void perform(const recovery::Signal& action);
  void perform(const recovery::ProbeSource& action);
  void perform(const recovery::ProbeSink& action);
  void perform(const recovery::End& action);

  // A call-back for what is asked elsewhere: `event_of(State&, Finding)` makes the event of it, on
  // the loop; never when the stream is gone by then.
  template <class Finding, class EventOf>
  std::function<void(Finding)> answer(EventOf event_of);

  void on_progress(std::string_view bytes);
  void on_stderr(std::string_view bytes);
  void on_exit(recovery::Generation generation, monitor::ExitStatus status);
  void on_timer();
  monitor::Instant next_wake() const;
  void arm_timer();

  // stream_witnesses.cpp
  void begin_witnesses();
  void end_witnesses();
  void sample();
  void sample_host();
  void sample_connections();
  void look_around();
  monitor::probes::SinkStatistics sink_statistics() const;

  // stream_persistence.cpp: what goes on beyond this life and this program.
  void resume();
  void redeliver(const recovery::Alert& alert);
  void on_all_delivered();
  void dispatch_alerts(const recovery::Step& step);
  void note_in_journal(const recovery::Step& step);
  bool is_noted(const std::optional<recovery::WallTime>& launch) const;
  recovery::PersistedState persisted_state() const;

  // stream_tracks.cpp
  void begin_tracks();
  void start();
  void begin_at_last();
  void on_track_news(const monitor::TrackNews& news, monitor::ReportChannel channel);
  void tell_track(const monitor::TrackNews& news, monitor::ReportChannel channel);
  void write_text();
  void fill_in_track();

  // stream_snapshot.cpp
  void publish();

  // Of the present or last child.
  const Launchable& present() const { return *living; }

  boost::asio::any_io_executor executor;
  StreamConfig config;
  Context context;
  std::shared_ptr<const Launchable> primary;
  std::shared_ptr<const Launchable> fallback;  // null: there is none
  std::shared_ptr<const Launchable> living;    // what the present or last child was launched as
  std::vector<monitor::probes::Target> sources;
  std::vector<monitor::probes::Target> sinks;

  recovery::StreamCore core;
  recovery::StreamRecorder recorder;
  EventLog event_log;
  StderrReader stderr_reader;
  monitor::ProgressParser parser;

  std::unique_ptr<ChildProcess> child;
  std::unique_ptr<ChildProcess> ended_child;  // its call-back may still be on the stack
  std::optional<monitor::probes::ProcessProbe> probe;
  std::optional<monitor::probes::SocketsProbe> sockets;
  std::optional<monitor::probes::HostProbe> host;
  std::vector<std::string> folders;  // that the present child writes files to
  std::optional<monitor::ProcessSample> last_sample;
  std::optional<monitor::HostSample> last_host;
  monitor::ConnectionSamples connections;
  bool told_of_sockets = false;
  bool asks_sink = false;  // an answer is due
  bool asks_space = false;
  std::optional<recovery::WallTime> last_progress_at;
  std::optional<recovery::WallTime> launched_at;
  std::optional<recovery::WallTime> primary_launched_at;
  monitor::Instant next_sample_at = monitor::never;
  monitor::Instant next_look_at = monitor::never;

  std::unique_ptr<StationWatch> station;  // never null
  bool has_values = false;                // the command has placeholders
  bool lacks_values = false;              // … and FFmpeg was launched before a track was known
  std::string written_text;               // in tracks.text_file, as far as it was sent there
  bool told_of_text = false;              // that it cannot be written
  std::optional<boost::asio::steady_timer> awaits_track;  // the start, for what is put in

  struct Noted {
    unsigned attempts = 0;
    unsigned source_retries = 0;
    bool operator==(const Noted&) const = default;
  };
  // What the journal was last told.
  Noted noted;
  std::optional<recovery::WallTime> noted_launch;

  boost::asio::steady_timer timer;
  monitor::Instant armed_for = monitor::never;
  monitor::Instant published_at{};
  monitor::Instant now{};  // of this wake-up
  recovery::WallTime wall{};
  std::deque<recovery::Event> events;
  bool has_news = false;
  bool is_closed = false;
};

// The answer comes from another thread.
template <class Finding, class EventOf>
std::function<void(Finding)> StreamDriver::State::answer(EventOf event_of) {
  return [weak = weak_from_this(), executor = executor, event_of](Finding finding) {
    boost::asio::post(executor, [weak, event_of, finding = std::move(finding)]() mutable {
      const auto self = weak.lock();
      if (!self || self->is_closed) return;
      self->wake(event_of(*self, std::move(finding)));
    });
  };
}

}  // namespace supervisor
