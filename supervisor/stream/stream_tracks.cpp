// What a stream makes of the tracks: a text for the picture, the words in FFmpeg's arguments, the
// event that the core may restart for.

#include <chrono>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>

#include "monitor/tracks/track_text.hpp"
#include "supervisor/ffmpeg/track_command.hpp"
#include "supervisor/stream/stream_state.hpp"
#include "supervisor/tracks/track_file.hpp"

namespace supervisor {

using monitor::ReportChannel;
using monitor::TrackNews;
using namespace std::chrono_literals;
using Change = TrackNews::Change;

namespace {

// The start waits for the first track so long, where the command has to hold it: the stream on air
// without a title is better than none.
constexpr auto first_track_limit = 2s;

constexpr std::string_view way_names[] = {"hook", "poll", "feed"};
static_assert(std::size(way_names) == monitor::channel_count);

std::string text_of(const TrackSettings& settings, const std::optional<monitor::CurrentTrack>& on) {
  if (!on) return monitor::escaped_for_drawtext({});
  return monitor::escaped_for_drawtext(monitor::track_text(settings.text_template, on->track));
}

}  // namespace

void StreamDriver::State::begin_tracks() {
  has_values = hears_azuracast(config) && has_placeholders(config.command);
  station = std::make_unique<StationWatch>(
      config, StationWatch::Context{
                  .loop = executor,
                  .io_thread = context.io_thread,
                  .log = context.log,
                  .secrets = context.secrets,
                  .on_news = [this](const TrackNews& news,
                                    ReportChannel channel) { on_track_news(news, channel); },
                  .on_look =
                      [this] {
                        if (is_closed) return;
                        begin();
                        publish();
                      }});
  if (config.tracks.text_file.empty()) return;
  // FFmpeg ends where it is not there. What an earlier life wrote may be long over.
  written_text = text_of(config.tracks, std::nullopt);
  const std::string trouble = write_track_file(config.tracks.text_file, written_text);
  told_of_text = !trouble.empty();
  if (trouble.empty()) return;
  context.log.write(LogLevel::error, "track_text_failed", config.name,
                    context.secrets.mask(trouble));
}

void StreamDriver::State::start() {
  if (!has_values || !station->asks_azuracast()) {
    wake(recovery::StartRequested{});
    if (station) station->start();
    return;
  }
  station->start();
  awaits_track.emplace(executor, first_track_limit);
  awaits_track->async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (self && !error) self->begin_at_last();
  });
}

void StreamDriver::State::begin_at_last() {
  if (!awaits_track) return;
  awaits_track.reset();
  wake(recovery::StartRequested{});
}

void StreamDriver::State::on_track_news(const TrackNews& news, ReportChannel channel) {
  if (is_closed) return;
  if (news.change != Change::none) {
    tell_track(news, channel);
    write_text();
  }
  const bool is_late = news.change == Change::first && lacks_values;
  if (news.change == Change::next || is_late) {
    wake(recovery::TrackChanged{});
  } else if (news.plays > 0 || news.change != Change::none) {
    begin();
    publish();
  }
  if (news.change != Change::none) begin_at_last();
}

void StreamDriver::State::tell_track(const TrackNews& news, ReportChannel channel) {
  const monitor::CurrentTrack& current = *station->current();
  const std::string words = monitor::track_text("{artist} - {title}", current.track);
  context.log.write(LogLevel::info, "track_changed", config.name,
                    words.empty() ? "A track without a title" : words,
                    {{"artist", std::string_view(current.track.artist)},
                     {"title", std::string_view(current.track.title)},
                     {"album", std::string_view(current.track.album)},
                     {"playlist", std::string_view(current.track.playlist)},
                     {"sh_id", current.sh_id},
                     {"is_live", current.is_live},
                     {"streamer", std::string_view(current.streamer)},
                     {"renamed", news.change == Change::renamed},
                     {"way", way_names[static_cast<std::size_t>(channel)]}});
}

// On the I/O thread, one after the other: a disk that hangs delays no restart.
void StreamDriver::State::write_text() {
  if (config.tracks.text_file.empty()) return;
  std::string text = text_of(config.tracks, station->current());
  if (text == written_text) return;
  written_text = text;
  boost::asio::post(
      context.io_thread.executor(), [weak = weak_from_this(), loop = executor,
                                     path = config.tracks.text_file, text = std::move(text)] {
        std::string trouble = write_track_file(path, text);
        boost::asio::post(loop, [weak, trouble = std::move(trouble)] {
          const auto self = weak.lock();
          if (!self) return;
          const bool is_known = std::exchange(self->told_of_text, !trouble.empty());
          if (trouble.empty() || is_known) return;
          self->written_text.clear();
          self->context.log.write(LogLevel::error, "track_text_failed", self->config.name,
                                  self->context.secrets.mask(trouble));
        });
      });
}

// For this launch. What a title makes of the command may be none FFmpeg can be given: then the
// words are left out.
void StreamDriver::State::fill_in_track() {
  const auto& current = station->current();
  const auto launchable_with = [this](const monitor::Track& track) {
    return make_launchable(
        FfmpegCommand(filled_command(config.command, track, config.tracks.default_file)),
        config.monitor, primary->spec.inherited, context.secrets);
  };
  lacks_values = !current;
  Launchable filled = [&] {
    try {
      return launchable_with(current ? current->track : monitor::Track{});
    } catch (const CommandError& error) {
      context.log.write(LogLevel::warning, "track_left_out", config.name, error.what());
      return launchable_with({});
    }
  }();
  sources = sources_of(config, filled.command);
  living = std::make_shared<const Launchable>(std::move(filled));
}

}  // namespace supervisor
