#include "supervisor/command_line/status_summary.hpp"

#include <algorithm>

#include "monitor/text/rfc3339.hpp"
#include "monitor/text/sentence.hpp"
#include "supervisor/command_line/screen.hpp"

namespace supervisor {

namespace {

using Time = std::chrono::system_clock::time_point;

std::string counted(std::size_t on_air, std::size_t all) {
  if (all == 0) return "There are no streams";
  if (all == 1) return on_air == 1 ? "The stream is on air" : "The stream is not on air";
  if (on_air == all) return "All " + std::to_string(all) + " streams are on air";
  return std::to_string(on_air) + " of " + std::to_string(all) +
         (on_air == 1 ? " streams is on air" : " streams are on air");
}

// Why stands with each of them.
std::string doubt_of(std::ptrdiff_t count, std::size_t all) {
  if (all == 1) return "; it may not stay so";
  return "; " + std::to_string(count) + " of them may not stay so";
}

std::string first_line(const std::vector<StreamRow>& rows, bool has_colours) {
  const auto on_air =
      static_cast<std::size_t>(std::ranges::count(rows, std::string("on_air"), &StreamRow::state));
  const auto in_doubt = std::ranges::count_if(
      rows, [](const StreamRow& row) { return row.state == "on_air" && !row.doubts.empty(); });
  const bool is_well = !rows.empty() && on_air == rows.size();
  const Colour colour = !is_well ? Colour::red : in_doubt > 0 ? Colour::yellow : Colour::green;
  const std::string doubt = in_doubt > 0 ? doubt_of(in_doubt, rows.size()) : "";
  return painted(counted(on_air, rows.size()) + doubt + '.', colour, has_colours) + '\n';
}

// " since 2026-11-30 10:12:04 UTC (3m12s)", or nothing.
std::string since(const StreamRow& row, Time now) {
  const auto then = monitor::parse_rfc3339(row.since);
  if (!then) return {};
  std::string text = monitor::rfc3339(*then);
  text.resize(19);  // without milliseconds
  text[10] = ' ';
  text = " since " + text + " UTC";
  const double lasted = std::chrono::duration<double>(now - *then).count();
  return lasted < 0 ? text : text + " (" + print_uptime(lasted) + ')';  // another clock
}

std::string air(const StreamRow& row) {
  if (row.state == "on_air") return "on air";
  if (row.state == "covered") return "covered";
  if (row.state == "stopped") return "stopped";
  if (row.state == "fallback") return "the fallback is on air";
  return "off air";
}

std::string what_comes_next(const StreamRow& row) {
  std::string text;
  if (row.next_attempt_seconds) {
    text = monitor::sentence(" Next attempt in %.0f s.", std::max(*row.next_attempt_seconds, 0.0));
  } else if (row.state == "waiting_for_source") {
    text = " Waiting for the source.";
  } else if (row.state == "waiting_for_receiver") {
    text = " Waiting for the receiver.";
  } else if (row.state == "starting") {
    text = " Starting.";
  } else if (row.has_ended) {
    text = " Only another configuration begins it again.";
  } else if (row.state == "stopped") {
    text = " ffsupervisor start " + row.name + " begins it again.";
  }
  return row.is_escalated ? text + " Escalated." : text;
}

// The cause and its first sentence.
std::string why(const StreamRow& row) {
  if (row.cause.empty()) return ".";
  return row.sentence.empty() ? ": " + row.cause + '.' : ": " + row.cause + ": " + row.sentence;
}

}  // namespace

std::string summarize(const std::vector<StreamRow>& rows, Time now, bool has_colours) {
  std::string text = first_line(rows, has_colours);
  for (const StreamRow& row : rows) {
    if (!has_trouble(row)) continue;
    text += painted(printable(row.name), colour_of(row), has_colours) + ": " +
            printable(air(row) + since(row, now) + why(row) + what_comes_next(row)) + '\n';
    for (const std::string& doubt : row.doubts) text += "  " + printable(doubt) + ".\n";
    if (!row.what_now.empty()) text += "  " + printable(row.what_now) + '\n';
  }
  return text;
}

}  // namespace supervisor
