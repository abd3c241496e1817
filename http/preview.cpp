#include "http/preview.hpp"

#include <cmath>

#include <boost/json/object.hpp>

#include "http/json.hpp"
#include "monitor/text/rfc3339.hpp"

namespace http {
namespace {

using namespace std::chrono_literals;

constexpr int intervals_of_picture = 3;  // it is shown for
constexpr monitor::Duration level_lasts = 10s;

// Something goes out: the encoder's, or what stands in for it.
bool goes_out(const StreamSnapshot& stream) {
  using recovery::State;
  const State state = recovery::air_state(stream.status);
  return state == State::on_air || state == State::covered || state == State::fallback;
}

// What stands in has silence in place of the encoder's sound, or the fallback's, which is not
// measured.
bool is_covered(const StreamSnapshot& stream) {
  return recovery::air_state(stream.status) == recovery::State::covered;
}

double one_decimal(double decibels) {
  return std::round(decibels * 10) / 10;
}

const char* why_no_picture(const StreamSnapshot& stream) {
  if (!stream.preview.picture_every)
    return "no picture is made of this stream: set monitor.preview.picture";
  if (!goes_out(stream)) return "nothing of this stream goes out, so there is no picture";
  if (stream.preview.picture) return "the last picture is too old to be shown";
  return "there is no picture of this stream yet";
}

}  // namespace

const Picture* present_picture(const StreamSnapshot& stream, const ClockReading& now) {
  const auto& [every, measures, picture, level] = stream.preview;
  if (!every || !picture || !goes_out(stream)) return nullptr;
  return now.wall - picture->taken_at <= intervals_of_picture * *every ? &*picture : nullptr;
}

const Level* present_level(const StreamSnapshot& stream, const ClockReading& now) {
  const auto& [every, measures, picture, level] = stream.preview;
  if (!measures || !level || !goes_out(stream) || is_covered(stream)) return nullptr;
  return now.steady - level->at <= level_lasts ? &*level : nullptr;
}

boost::json::value picture_json(const StreamSnapshot& stream, const ClockReading& now) {
  const Picture* picture = present_picture(stream, now);
  if (!picture) return nullptr;
  return {{"taken_at", monitor::rfc3339(picture->taken_at)},
          {"interval_seconds", rounded(monitor::seconds(*stream.preview.picture_every))}};
}

boost::json::value level_json(const StreamSnapshot& stream, const ClockReading& now) {
  const Level* level = present_level(stream, now);
  if (!level) return nullptr;
  return {{"rms_dbfs", one_decimal(level->value.rms_dbfs)},
          {"peak_dbfs", one_decimal(level->value.peak_dbfs)}};
}

Reply picture_reply(const StreamSnapshot& stream, const ClockReading& now) {
  const Picture* picture = present_picture(stream, now);
  if (!picture) return error_reply(404, why_no_picture(stream));
  return {200, "image/jpeg", picture->jpeg,
          "Last-Modified: " + http_date(picture->taken_at) + "\r\n"};
}

}  // namespace http
