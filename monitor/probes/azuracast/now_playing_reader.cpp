#include "monitor/probes/azuracast/now_playing_reader.hpp"

#include <cmath>
#include <optional>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "monitor/probes/json_values.hpp"
#include "monitor/tracks/clean_text.hpp"
#include "monitor/tracks/track_text.hpp"

namespace monitor::probes {
namespace {

namespace json = boost::json;
using std::string_view;

constexpr double earliest_time = 1e9;               // Unix time, s: 2001
constexpr double latest_time = 1e11;                // more are milliseconds
constexpr double exact_limit = 9007199254740992.0;  // 2^53
constexpr double longest = 1e7;                     // s, of a track or a show: 115 days
constexpr const char* too_large = "the text is larger than 1 MiB";
constexpr const char* no_json = "no JSON, or deeper than 32 levels";

const char* kind_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "true or false";
    case json::kind::string:
      return "a text";
    case json::kind::array:
      return "a list";
    case json::kind::object:
      return "an object";
    default:
      return "a number";
  }
}

// One object among the text, with its place in it; notes the first member that is wrong.
class Members {
 public:
  Members(const json::object* object, std::string place, std::string& problem)
      : object_(object), place_(std::move(place)), problem_(problem) {}

  // Missing or null: nothing is in it.
  Members object(string_view name) const {
    const json::value* value = given(name);
    const json::object* object = value == nullptr ? nullptr : value->if_object();
    if (value != nullptr && object == nullptr) note(name, "an object", *value);
    return {object, place_ + std::string(name) + ".", problem_};
  }
  std::string text(string_view name) const {
    const json::value* value = given(name);
    const json::string* text = value == nullptr ? nullptr : value->if_string();
    if (value != nullptr && text == nullptr) note(name, "a text", *value);
    if (text == nullptr) return {};
    return clean_text({text->data(), text->size()}, track_value_bytes);
  }
  bool flag(string_view name, bool unless_given) const {
    const json::value* value = given(name);
    if (value != nullptr && !value->is_bool()) note(name, "true or false", *value);
    return value != nullptr && value->is_bool() ? value->get_bool() : unless_given;
  }
  double number(string_view name) const {
    const json::value* value = given(name);
    if (value == nullptr) return 0;
    json::error_code error;
    const auto number = value->to_number<double>(error);
    if (error || !std::isfinite(number)) note(name, "a number", *value);
    return error || !std::isfinite(number) ? 0 : number;
  }
  // Not negative.
  std::int64_t whole(string_view name) const {
    const double value = number(name);
    const bool fits = value >= 0 && value < exact_limit && value == std::floor(value);
    if (!fits) note(name, "a whole number, not negative", *given(name));
    return fits ? static_cast<std::int64_t>(value) : 0;
  }
  std::int64_t time(string_view name) const {
    const double value = number(name);
    const bool is_time = value >= earliest_time && value < latest_time;
    return is_time ? static_cast<std::int64_t>(value) : 0;
  }
  double span(string_view name) const {
    const double value = number(name);
    return value > 0 && value < longest ? value : 0;
  }
  const json::array* list(string_view name) const {
    const json::value* value = given(name);
    const json::array* list = value == nullptr ? nullptr : value->if_array();
    if (value != nullptr && list == nullptr) note(name, "a list", *value);
    return list;
  }
  bool is_there() const { return object_ != nullptr; }
  bool has(string_view name) const { return given(name) != nullptr; }
  void note(const std::string& problem) const {
    if (problem_.empty()) problem_ = problem;
  }

 private:
  const json::value* given(string_view name) const {
    const json::value* value = object_ == nullptr ? nullptr : object_->if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
  }
  void note(string_view name, const char* expected, const json::value& found) const {
    note(place_ + std::string(name) + ": expected " + expected + ", found " + kind_of(found));
  }

  const json::object* object_;
  std::string place_;
  std::string& problem_;
};

// Artist and title; the whole as title where AzuraCast could not part them.
void read_song(const Members& song, Track& track) {
  track.artist = song.text("artist");
  track.title = song.text("title");
  track.album = song.text("album");
  if (track.artist.empty() && track.title.empty()) track.title = song.text("text");
}

// AzuraCast reports how long the track has been on: that gives the report's time, unless the track
// is over by then (`elapsed` stops at its end). Off line `elapsed` counts from 1970.
std::int64_t made_at(const NowPlaying& report, double elapsed) {
  if (report.played_at == 0)
    return elapsed >= earliest_time && elapsed < latest_time ? static_cast<std::int64_t>(elapsed)
                                                             : 0;
  const bool is_clamped = report.duration > 0 && elapsed >= report.duration;
  if (is_clamped || elapsed <= 0 || elapsed > longest) return 0;
  return report.played_at + static_cast<std::int64_t>(elapsed);
}

void read_play(const Members& play, NowPlaying& report) {
  report.sh_id = play.whole("sh_id");
  report.played_at = play.time("played_at");
  report.duration = play.span("duration");
  report.elapsed = play.span("elapsed");
  report.made_at = made_at(report, play.number("elapsed"));
  read_song(play.object("song"), report.track);
  report.track.playlist = play.text("playlist");
  report.track.is_request = play.flag("is_request", false);
}

// A help beside the rest: what is wrong in it is passed over.
std::vector<PastPlay> read_history(const json::array* list) {
  std::vector<PastPlay> plays;
  if (list == nullptr) return plays;
  for (const json::value& each : *list) {
    if (plays.size() >= now_playing_history) break;
    std::string problem;
    const Members play(each.if_object(), "", problem);
    const PastPlay past{play.whole("sh_id"), play.time("played_at")};
    if (problem.empty() && past.sh_id > 0 && past.played_at > 0) plays.push_back(past);
  }
  return plays;
}

// `place`: "" or "[3].".
void read_report(const json::value& value, const std::string& place, NowPlayingReading& reading) {
  if (!value.is_object()) {
    reading.problem =
        (place.empty() ? std::string("the text") : place.substr(0, place.size() - 1)) +
        ": expected an object, found " + kind_of(value);
    return;
  }
  std::string problem;
  const Members all(value.if_object(), place, problem);
  NowPlaying report;
  const Members station = all.object("station");
  report.station = station.text("shortcode");
  report.station_id = station.whole("id");
  const Members live = all.object("live");
  report.is_live = live.flag("is_live", false);
  report.streamer = live.text("streamer_name");
  report.broadcast_start = live.time("broadcast_start");
  report.is_online = all.flag("is_online", true);
  const Members play = all.object("now_playing");
  if (problem.empty() && !play.is_there())
    problem = place + "now_playing: expected an object, found nothing";
  if (play.is_there() && !play.has("sh_id"))
    play.note(place + "now_playing.sh_id: expected a whole number, found nothing");
  read_play(play, report);
  report.history = read_history(all.list("song_history"));
  if (problem.empty())
    reading.reports.push_back(std::move(report));
  else if (reading.problem.empty())
    reading.problem = std::move(problem);
}

// `{"np": …}`, or the same below `data`.
void read_row(const json::value* row, NowPlayingReading& reading) {
  const json::object* object = object_in(row);
  if (object == nullptr || reading.reports.size() >= now_playing_stations) return;
  if (const json::value* np = object->if_contains("np")) return read_report(*np, "", reading);
  const json::object* data = object_in(object->if_contains("data"));
  const json::value* np = data == nullptr ? nullptr : data->if_contains("np");
  if (np != nullptr) read_report(*np, "", reading);
}

void read_rows(const json::value* rows, NowPlayingReading& reading) {
  const json::array* list = rows == nullptr ? nullptr : rows->if_array();
  if (list == nullptr) return;
  for (const json::value& row : *list) read_row(&row, reading);
}

void read_connection(const json::object& connect, NowPlayingReading& reading) {
  read_rows(connect.if_contains("data"), reading);
  const json::object* subscriptions = object_in(connect.if_contains("subs"));
  if (subscriptions == nullptr) return;
  for (const auto& [channel, subscription] : *subscriptions) {
    const json::object* object = subscription.if_object();
    if (object != nullptr) read_rows(object->if_contains("publications"), reading);
  }
}

std::optional<json::value> parse(string_view text, NowPlayingReading& reading) {
  if (text.size() > now_playing_bytes) {
    reading.problem = too_large;
    return std::nullopt;
  }
  auto value = parse_json(text);
  reading.is_json = value.has_value();
  if (!value) reading.problem = no_json;
  return value;
}

}  // namespace

NowPlayingReading read_now_playing(string_view text) {
  NowPlayingReading reading;
  const auto value = parse(text, reading);
  if (!value) return reading;
  const json::array* list = value->if_array();
  if (list == nullptr) read_report(*value, "", reading);
  for (std::size_t i = 0; list != nullptr && i < list->size() && i < now_playing_stations; ++i)
    read_report((*list)[i], "[" + std::to_string(i) + "].", reading);
  return reading;
}

NowPlayingReading read_feed_event(string_view data) {
  NowPlayingReading reading;
  if (data.empty() || data == ".") return reading;  // keeps the connection open
  const auto value = parse(data, reading);
  const json::object* event = value ? value->if_object() : nullptr;
  if (event == nullptr) return reading;
  if (const json::object* connect = object_in(event->if_contains("connect")))
    read_connection(*connect, reading);
  else
    read_row(event->if_contains("pub"), reading);
  return reading;
}

}  // namespace monitor::probes
