// clang-format off
// sources: monitor/probes/azuracast/now_playing_reader.cpp monitor/probes/json_values.cpp monitor/tracks/azuracast_clock.cpp monitor/tracks/play_memory.cpp
// sources: monitor/tracks/track_log.cpp monitor/tracks/track_text.cpp monitor/tracks/track_arguments.cpp monitor/tracks/placeholders.cpp monitor/tracks/clean_text.cpp monitor/probes/azuracast/sse_reader.cpp monitor/text/utf8.cpp http/azuracast_hook.cpp http/auth/credentials.cpp
// libraries: -lboost_json
// clang-format on
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "http/azuracast_hook.hpp"
#include "monitor/probes/azuracast/now_playing_reader.hpp"
#include "monitor/probes/azuracast/sse_reader.hpp"
#include "monitor/text/utf8.hpp"
#include "monitor/tracks/track_log.hpp"
#include "monitor/tracks/track_text.hpp"

namespace {

using monitor::ArgumentKind;
using monitor::Track;
using std::string_view;

void demand(bool holds) {
  if (!holds) std::abort();
}

bool is_harmless(const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
  }
  return text == monitor::valid_utf8(text);
}

// What holds for the words of any track, clean or not.
void check_words(const Track& track) {
  const std::string text = monitor::track_text("{artist} - {title} [{album}] {playlist}", track);
  demand(is_harmless(text) && text.size() <= monitor::track_text_bytes);
  const std::string plain = monitor::filled_argument("{title}{artist}", track, ArgumentKind::plain);
  demand(is_harmless(plain) && !plain.starts_with('-'));
  const std::string filter = monitor::filled_argument("{title}", track, ArgumentKind::filter);
  demand(is_harmless(filter) && filter.find_first_of("'\\:,;[]%") == std::string::npos);
  const std::string path = monitor::track_path("/loops/{artist}-{title}.mp4", track);
  const std::string name = path.substr(7);
  demand(is_harmless(path) && name.find('/') == std::string::npos && name.size() <= 255);
  demand(name.find("..") == std::string::npos && name.front() != '.');
}

void check(const monitor::probes::NowPlayingReading& reading, monitor::TrackLog& log) {
  demand(reading.is_json || reading.reports.empty());
  demand(is_harmless(reading.problem) && reading.problem.size() < 200);
  const monitor::WallClock wall{std::chrono::seconds(1'760'000'100)};
  const monitor::Instant now{std::chrono::seconds(1000)};
  for (const auto& report : reading.reports) {
    demand(report.sh_id >= 0 && report.played_at >= 0 && report.made_at >= 0);
    demand(report.history.size() <= monitor::probes::now_playing_history);
    demand(is_harmless(report.track.title) && is_harmless(report.streamer));
    check_words(report.track);
    const std::uint64_t before = log.played_total();
    const auto news = log.on_report(report, monitor::ReportChannel::hook, now, wall);
    demand(log.played_total() == before + news.plays);
    const auto again = log.on_report(report, monitor::ReportChannel::poll, now, wall);
    demand(again.plays == 0);
    if (const auto sentence = log.overdue(now)) demand(!sentence->empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const string_view text(reinterpret_cast<const char*>(data), size);
  monitor::TrackLog log;
  check(monitor::probes::read_now_playing(text), log);
  check(monitor::probes::read_feed_event(text), log);
  monitor::SseReader reader;
  const auto take = [&](string_view event) { check(monitor::probes::read_feed_event(event), log); };
  reader.feed(text.substr(0, size / 2), take);
  reader.feed(text.substr(size / 2), take);
  Track raw;
  raw.artist = text.substr(0, size / 3);
  raw.title = text.substr(size / 3);
  check_words(raw);
  demand(is_harmless(monitor::template_problem(text)));
  demand(is_harmless(monitor::track_text(text, raw)));
  http::AzuracastCall call;
  call.authorization = text;
  call.body = text;
  call.from_loopback = true;
  const auto result = http::handle_azuracast_hook(call, "");
  demand(result.report.has_value() == (result.status == 200));
  demand(http::handle_azuracast_hook(call, "not in any corpus, 8f1e").status == 401);
  return 0;
}
