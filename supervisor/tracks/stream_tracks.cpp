#include "supervisor/tracks/stream_tracks.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "monitor/tracks/track_text.hpp"
#include "supervisor/ffmpeg/track_command.hpp"

namespace supervisor {

using monitor::Instant;
using monitor::ReportChannel;
using monitor::TrackNews;
using Change = TrackNews::Change;

namespace {

constexpr std::string_view channel_names[] = {"hook", "poll", "feed"};
static_assert(std::size(channel_names) == monitor::channel_count);

std::string text_of(const TrackSettings& settings, const std::optional<monitor::CurrentTrack>& on) {
  if (!on) return monitor::escaped_for_drawtext({});
  return monitor::escaped_for_drawtext(monitor::track_text(settings.text_template, on->track));
}

}  // namespace

// Which of a track's own files are there: asked on a thread of its own, once for a launch.
struct StreamTracks::FileCheck {
  StreamTracks& owner;
  std::map<std::string, bool> readable = {};  // by path; empty before the answer
  bool has_ended = false;

  bool is_readable(const std::string& path) const {
    const auto found = readable.find(path);
    return found != readable.end() && found->second;
  }
};

StreamTracks::StreamTracks(const StreamParts& parts, const Services& services, const Clock& clock,
                           std::shared_ptr<const Files> files, Events events)
    : parts_(parts),
      services_(services),
      clock_(clock),
      files_(std::move(files)),
      events_(std::move(events)) {
  follow_station();
}

StreamTracks::~StreamTracks() = default;

// ------------------------------------------------------------------------------- the station

void StreamTracks::follow_station() {
  azuracast_ = parts_.config.azuracast;
  settings_ = parts_.config.tracks;
  follows_ = uses_azuracast(parts_.config);
  station_ = std::make_unique<StationWatch>(
      parts_.config, services_, clock_,
      StationWatch::Events{.on_news = [this](const TrackNews& news,
                                             ReportChannel channel) { on_news(news, channel); },
                           .on_poll =
                               [this] {
                                 if (!has_ended_) events_.on_change();
                               }});
  if (has_started_) station_->start();
  open_text_file();
}

void StreamTracks::start() {
  has_started_ = true;
  station_->start();
}

void StreamTracks::reconfigure() {
  const bool is_as_before = azuracast_ == parts_.config.azuracast &&
                            settings_ == parts_.config.tracks &&
                            follows_ == uses_azuracast(parts_.config);
  if (is_as_before) return station_->adjust_interval();
  follow_station();
}

bool StreamTracks::on_now_playing(const monitor::NowPlaying& report, bool is_trusted) {
  const bool restarts = parts_.config.recovery.restart_on_track_change;
  if (!is_trusted && restarts && station_->asks_azuracast()) return station_->ask_about(report);
  may_restart_ = is_trusted || !restarts;
  const bool is_mine = station_->on_now_playing(report);
  may_restart_ = true;
  return is_mine;
}

void StreamTracks::on_news(const TrackNews& news, ReportChannel channel) {
  if (has_ended_) return;
  if (news.change != Change::none) {
    log_track(news, channel);
    write_text();
  }
  const bool is_late = news.change == Change::first && lacks_track_ && fills_command();
  const bool is_boundary = news.change == Change::next || is_late;
  if (is_boundary && may_restart_) {
    events_.on_boundary();
  } else if (news.plays > 0 || news.change != Change::none) {
    events_.on_change();
  }
  proceed();
}

void StreamTracks::log_track(const TrackNews& news, ReportChannel channel) {
  const monitor::CurrentTrack& current = *station_->current();
  const std::string words = monitor::track_text("{artist} - {title}", current.track);
  services_.log.write(LogLevel::info, "track_changed", parts_.config.name,
                      words.empty() ? "A track without a title" : words,
                      {{"artist", std::string_view(current.track.artist)},
                       {"title", std::string_view(current.track.title)},
                       {"album", std::string_view(current.track.album)},
                       {"playlist", std::string_view(current.track.playlist)},
                       {"sh_id", current.sh_id},
                       {"is_live", current.is_live},
                       {"streamer", std::string_view(current.streamer)},
                       {"renamed", news.change == Change::renamed},
                       {"way", channel_names[static_cast<std::size_t>(channel)]}});
}

// ------------------------------------------------------------------------------- the text file

// FFmpeg ends where it is not there. What an earlier run wrote may be long over.
void StreamTracks::open_text_file() {
  text_file_.reset();
  text_failed_ = false;
  if (settings_.text_file.empty()) return;
  text_by_ = clock_.now() + preparation_limit;
  text_file_ = std::make_unique<TrackTextFile>(
      services_.loop.executor(), files_, settings_.text_file,
      [this](const std::string& trouble) { on_text_written(trouble); });
  write_text();
}

void StreamTracks::write_text() {
  if (text_file_) text_file_->write(text_of(settings_, station_->current()));
}

void StreamTracks::on_text_written(const std::string& trouble) {
  log_text_trouble(trouble);
  proceed();
}

// Once, until the file can be written again.
void StreamTracks::log_text_trouble(const std::string& trouble) {
  const bool is_known = std::exchange(text_failed_, !trouble.empty());
  if (trouble.empty() || is_known) return;
  services_.log.write(LogLevel::error, "track_text_failed", parts_.config.name,
                      services_.secrets.mask(trouble));
}

// ------------------------------------------------------------------------------- the command

bool StreamTracks::fills_command() const {
  return follows_ && has_placeholders(parts_.config.command);
}

void StreamTracks::prepare(std::shared_ptr<const PreparedCommand> command, recovery::Role role,
                           Ready ready) {
  const bool fills = role == recovery::Role::primary && fills_command();
  preparation_ = Preparation{std::move(command), fills, std::move(ready)};
  if (!track_by_) track_by_ = clock_.now() + preparation_limit;  // the first launch alone waits
  proceed();
}

bool StreamTracks::abandon_preparation() {
  return std::exchange(preparation_, std::nullopt).has_value();
}

Instant StreamTracks::deadline() const {
  if (!preparation_) return monitor::never;
  if (awaits_text()) return text_by_;
  if (awaits_track()) return *track_by_;
  return preparation_->files_by;
}

void StreamTracks::check() {
  proceed();
}

void StreamTracks::proceed() {
  if (!preparation_ || awaits_text() || awaits_track() || awaits_files()) return;
  if (text_file_ && text_file_->awaits_first_write()) {
    log_text_trouble(text_file_->path() + " cannot be written: its file system does not answer");
  }
  const Preparation prepared = *std::exchange(preparation_, std::nullopt);
  prepared.ready(prepared.fills ? fill(prepared) : prepared.command);
}

bool StreamTracks::awaits_text() const {
  return text_file_ && text_file_->awaits_first_write() && clock_.now() < text_by_;
}

bool StreamTracks::awaits_track() const {
  return preparation_->fills && station_->asks_azuracast() && !station_->current() &&
         clock_.now() < *track_by_;
}

bool StreamTracks::awaits_files() {
  if (preparation_->files_by == monitor::never) begin_file_check();
  return file_check_ && !file_check_->has_ended && clock_.now() < preparation_->files_by;
}

// One at a time: where an earlier check hangs, the files count as missing at once.
void StreamTracks::begin_file_check() {
  preparation_->files_by = clock_.now();
  if (const auto& current = station_->current()) preparation_->track = current->track;
  if (file_check_ && !file_check_->has_ended) return;
  file_check_.reset();
  if (!preparation_->fills || settings_.default_file.empty()) return;
  std::vector<std::string> paths = track_files(parts_.config.command, preparation_->track);
  if (paths.empty()) return;
  file_check_ = std::make_shared<FileCheck>(FileCheck{.owner = *this});
  preparation_->files_by = clock_.now() + preparation_limit;
  call_blocking(
      services_.loop.executor(),
      [files = files_, paths = std::move(paths)] {
        std::map<std::string, bool> readable;
        for (const std::string& path : paths) readable[path] = files->is_readable(path);
        return readable;
      },
      monitor::never,
      [weak = std::weak_ptr(file_check_)](std::optional<std::map<std::string, bool>> readable) {
        const auto asked = weak.lock();
        if (!asked) return;
        asked->has_ended = true;
        if (readable) asked->readable = std::move(*readable);
        asked->owner.proceed();
      });
}

// What a title makes of the command may be none that FFmpeg can be given: then the words are left
// out.
std::shared_ptr<const PreparedCommand> StreamTracks::fill(const Preparation& prepared) {
  lacks_track_ = !station_->current();
  try {
    filled_ =
        std::make_shared<const PreparedCommand>(filled_with(prepared.track, *prepared.command));
  } catch (const CommandError& error) {
    services_.log.write(LogLevel::warning, "track_left_out", parts_.config.name, error.what());
    filled_ = std::make_shared<const PreparedCommand>(filled_with({}, *prepared.command));
  }
  return filled_;
}

PreparedCommand StreamTracks::filled_with(const monitor::Track& track,
                                          const PreparedCommand& plain) const {
  const auto is_readable = [this](const std::string& path) {
    return file_check_ && file_check_->is_readable(path);
  };
  const std::vector<std::string>& command = parts_.config.command;
  const std::vector<std::string> argv =
      settings_.default_file.empty()
          ? supervisor::filled_command(command, track)
          : supervisor::filled_command(command, track, settings_.default_file, is_readable);
  return prepare_command(FfmpegCommand(argv), parts_.config, plain.spec.inherited,
                         services_.secrets);
}

const PreparedCommand* StreamTracks::filled_command() const {
  return fills_command() ? filled_.get() : nullptr;
}

}  // namespace supervisor
