#include "supervisor/command_line/status_table.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>
#include <string_view>

namespace supervisor {

namespace {

namespace json = boost::json;

// A value below an object, or null where the path breaks off: older and newer instances may know
// less.
const json::value* find(const json::value& value, std::initializer_list<std::string_view> path) {
  const json::value* here = &value;
  for (const std::string_view key : path) {
    const json::object* const object = here->if_object();
    here = object == nullptr ? nullptr : object->if_contains(key);
    if (here == nullptr) return nullptr;
  }
  return here;
}

std::string text_at(const json::value& value, std::initializer_list<std::string_view> path) {
  const json::value* const found = find(value, path);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : "";
}

// The first of a list.
std::string first_text_at(const json::value& value, std::initializer_list<std::string_view> path) {
  const json::value* const found = find(value, path);
  const json::array* const list = found == nullptr ? nullptr : found->if_array();
  if (list == nullptr || list->empty() || !list->front().is_string()) return {};
  return std::string(list->front().get_string());
}

std::optional<double> number_at(const json::value& value,
                                std::initializer_list<std::string_view> path) {
  const json::value* const found = find(value, path);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  return found->to_number<double>();
}

std::optional<std::int64_t> integer_at(const json::value& value,
                                       std::initializer_list<std::string_view> path) {
  const json::value* const found = find(value, path);
  if (found == nullptr || !found->is_int64()) return std::nullopt;
  return found->get_int64();
}

bool is_true(const json::value& value, std::initializer_list<std::string_view> path) {
  const json::value* const found = find(value, path);
  return found != nullptr && found->is_bool() && found->get_bool();
}

std::vector<std::string> texts_at(const json::value& value, std::string_view key) {
  std::vector<std::string> texts;
  const json::value* const found = find(value, {key});
  if (found == nullptr || !found->is_array()) return texts;
  for (const json::value& text : found->get_array()) {
    if (text.is_string()) texts.emplace_back(text.get_string());
  }
  return texts;
}

StreamRow read_row(const json::value& stream) {
  StreamRow row;
  row.name = text_at(stream, {"name"});
  row.state = text_at(stream, {"state"});
  row.cause = text_at(stream, {"verdict", "cause"});
  row.since = text_at(stream, {"since"});
  row.sentence = first_text_at(stream, {"verdict", "evidence"});
  row.next_attempt_seconds = number_at(stream, {"recovery", "next_launch_in_seconds"});
  row.is_escalated = is_true(stream, {"recovery", "escalated"});
  row.has_ended = is_true(stream, {"ended"});
  row.what_now = text_at(stream, {"verdict", "what_now"});
  row.doubts = texts_at(stream, "doubts");
  row.pid = integer_at(stream, {"pid"});
  row.restarts = integer_at(stream, {"recovery", "restart_count"});
  row.uptime_seconds = number_at(stream, {"uptime_seconds"});
  row.fps = number_at(stream, {"progress", "fps"});
  row.speed = number_at(stream, {"progress", "speed"});
  row.bitrate_bps = number_at(stream, {"progress", "bitrate_bps"});
  if (row.name.empty() || row.state.empty()) {
    throw std::runtime_error("the answer is not ffsupervisor's: a stream without name or state");
  }
  return row;
}

template <class... Values>
std::string format(const char* pattern, Values... values) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), pattern, values...);
  return buffer.data();
}

std::string print_bitrate(double bps) {
  return bps < 1e6 ? format("%.0f kbit/s", bps / 1e3) : format("%.2f Mbit/s", bps / 1e6);
}

template <class Value, class Print>
std::string or_dash(const std::optional<Value>& value, Print print) {
  return value ? print(*value) : "-";
}

constexpr std::size_t columns = 9, state_column = 1;
using Cells = std::array<std::string, columns>;

Cells cells(const StreamRow& row) {
  const auto integer = [](std::int64_t value) { return std::to_string(value); };
  return {printable(row.name),
          printable(row.state),
          or_dash(row.pid, integer),
          row.state == "on_air" ? or_dash(row.uptime_seconds, print_uptime) : "-",
          or_dash(row.fps, [](double fps) { return format("%.1f", fps); }),
          or_dash(row.speed, [](double speed) { return format("%.2fx", speed); }),
          or_dash(row.bitrate_bps, print_bitrate),
          or_dash(row.restarts, integer),
          row.cause.empty() ? "-" : printable(row.cause)};
}

}  // namespace

std::string print_uptime(double seconds) {
  const auto total = static_cast<long long>(std::clamp(seconds, 0.0, 1e12));
  const long long days = total / 86400, hours = total / 3600 % 24, minutes = total / 60 % 60;
  if (days > 0) return format("%lldd%lldh", days, hours);
  if (hours > 0) return format("%lldh%lldm", hours, minutes);
  if (minutes > 0) return format("%lldm%llds", minutes, total % 60);
  return format("%llds", total);
}

std::vector<StreamRow> read_rows(const json::value& answer) {
  const json::value* const streams = find(answer, {"streams"});
  if (streams == nullptr || !streams->is_array()) {
    throw std::runtime_error("the answer is not ffsupervisor's: no list of streams");
  }
  std::vector<StreamRow> rows;
  for (const json::value& stream : streams->get_array()) rows.push_back(read_row(stream));
  return rows;
}

bool has_trouble(const StreamRow& row) {
  return row.state != "on_air" || !row.cause.empty() || !row.doubts.empty();
}

Colour colour_of(const StreamRow& row) {
  if (row.state == "on_air") return has_trouble(row) ? Colour::yellow : Colour::green;
  return row.state == "covered" || row.state == "fallback" ? Colour::yellow : Colour::red;
}

std::string print_table(const std::vector<StreamRow>& rows, bool has_colours) {
  std::vector<Cells> lines{
      {"STREAM", "STATE", "PID", "UPTIME", "FPS", "SPEED", "BITRATE", "RESTARTS", "CAUSE"}};
  for (const StreamRow& row : rows) lines.push_back(cells(row));
  std::array<std::size_t, columns> widths{};
  for (const Cells& line : lines) {
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string table;
  for (std::size_t number = 0; number < lines.size(); ++number) {
    Cells& line = lines[number];
    const Colour colour = number == 0 ? Colour::dim : colour_of(rows[number - 1]);
    for (std::size_t i = 0; i + 1 < columns; ++i) line[i].resize(widths[i] + 2, ' ');
    for (std::size_t i = 0; i < columns; ++i) {
      const bool is_painted = number == 0 || i == state_column;
      table += painted(line[i], is_painted ? colour : Colour::plain, has_colours);
    }
    table += '\n';
  }
  return table;
}

std::string failed_reload(const json::value& answer) {
  return text_at(answer, {"config", "message"});
}

bool every_stream_on_air(const std::vector<StreamRow>& rows) {
  const auto on_air = [](const StreamRow& row) { return row.state == "on_air"; };
  return !rows.empty() && std::all_of(rows.begin(), rows.end(), on_air);
}

}  // namespace supervisor
