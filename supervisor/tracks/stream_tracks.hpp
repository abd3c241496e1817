#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "http/snapshot.hpp"
#include "monitor/time.hpp"
#include "monitor/tracks/now_playing.hpp"
#include "monitor/tracks/track_log.hpp"
#include "recovery/event.hpp"
#include "supervisor/files/files.hpp"
#include "supervisor/stream/prepared_command.hpp"
#include "supervisor/stream/stream_parts.hpp"
#include "supervisor/thread/clock.hpp"
#include "supervisor/thread/services.hpp"
#include "supervisor/tracks/station_watch.hpp"
#include "supervisor/tracks/track_text_file.hpp"

namespace supervisor {

// All that a stream makes of the tracks at its AzuraCast station, behind one seam: follows the
// station, logs the tracks, writes the text for the picture, puts the track's words into the
// command, and reports to the driver the boundaries that the core may restart for. Without
// AzuraCast and `tracks` it does nothing. For the loop's thread.
class StreamTracks {
 public:
  // Called from the loop, never from within the functions below but on_now_playing().
  struct Events {
    std::function<void()> on_boundary;  // another play is on air than FFmpeg was launched for
    std::function<void()> on_change;    // of what state() and azuracast() give
  };
  using Ready = std::function<void(std::shared_ptr<const PreparedCommand>)>;

  // `parts` are the stream's present ones, also after reconfigure(). All references must outlive
  // it.
  StreamTracks(const StreamParts& parts, const Services& services, const Clock& clock,
               std::shared_ptr<const Files> files, Events events);
  ~StreamTracks();

  // Begins to follow the station.
  void start();
  // `parts` have changed. Another station or text file begins anew.
  void reconfigure();
  // While the stream has ended for good, tracks are not logged and the text file stays as it is.
  void set_ended(bool has_ended) { has_ended_ = has_ended; }

  // What the web hook brought. False where it is of another station. One that is not trusted
  // restarts no FFmpeg: where a track change would, AzuraCast itself is asked, or the track is only
  // shown.
  bool on_now_playing(const monitor::NowPlaying& report, bool is_trusted);

  // Gives the command to launch: at once, from within the call, where nothing has to be waited for;
  // else at the latest in some seconds. Waited for are, each at most `preparation_limit`: the text
  // file's first write, the first track where the words of it belong into the command, and whether
  // the track's own files are there. A second call replaces the first.
  void prepare(std::shared_ptr<const PreparedCommand> command, recovery::Role role, Ready ready);
  // The launch is not wanted any more. False where none is being prepared.
  bool abandon_preparation();
  // When check() is due next; `monitor::never` while nothing is being prepared.
  monitor::Instant deadline() const;
  // Launches what has been prepared for long enough.
  void check();

  // The command as last filled in with a track's words; null where the present one has none.
  const PreparedCommand* filled_command() const;
  http::TrackState state(monitor::Instant now) const { return station_->tracks(now); }
  const std::optional<http::AzuracastState>& azuracast() const { return station_->azuracast(); }

  static constexpr monitor::Duration preparation_limit = std::chrono::seconds(2);

 private:
  struct FileCheck;
  struct Preparation {
    std::shared_ptr<const PreparedCommand> command;
    bool fills;  // the track's words belong into it
    Ready ready;
    monitor::Track track = {};                   // whose words and files
    monitor::Instant files_by = monitor::never;  // known by then, or taken as missing
  };

  void follow_station();
  void open_text_file();
  void write_text();
  void on_text_written(const std::string& trouble);
  void log_text_trouble(const std::string& trouble);
  void on_news(const monitor::TrackNews& news, monitor::ReportChannel channel);
  void log_track(const monitor::TrackNews& news, monitor::ReportChannel channel);

  bool fills_command() const;
  bool awaits_text() const;
  bool awaits_track() const;
  bool awaits_files();
  void begin_file_check();
  void proceed();
  std::shared_ptr<const PreparedCommand> fill(const Preparation& prepared);
  PreparedCommand filled_with(const monitor::Track& track, const PreparedCommand& plain) const;

  const StreamParts& parts_;
  const Services& services_;
  const Clock& clock_;
  const std::shared_ptr<const Files> files_;
  const Events events_;

  // As the station was made for.
  monitor::probes::Azuracast azuracast_;
  TrackSettings settings_;
  bool follows_ = false;
  std::unique_ptr<StationWatch> station_;  // never null
  bool has_started_ = false;
  bool has_ended_ = false;
  bool may_restart_ = true;  // for the report that is being taken

  std::unique_ptr<TrackTextFile> text_file_;  // null: none is written
  bool text_failed_ = false;                  // and it was logged
  monitor::Instant text_by_{};                // no launch waits for the first write any longer
  std::optional<monitor::Instant>
      track_by_;  // … for the first track; empty before the first launch

  std::optional<Preparation> preparation_;
  std::shared_ptr<FileCheck> file_check_;  // the latest; null: none was needed
  std::shared_ptr<const PreparedCommand> filled_;
  bool lacks_track_ = false;  // it was filled before a track was known
};

}  // namespace supervisor
