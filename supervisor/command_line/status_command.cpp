#include <chrono>
#include <ostream>
#include <sstream>

#include "http/json.hpp"
#include "recovery/exit_code.hpp"
#include "supervisor/command_line/client_commands.hpp"
#include "supervisor/command_line/client_run.hpp"
#include "supervisor/command_line/status_summary.hpp"
#include "supervisor/command_line/status_table.hpp"
#include "supervisor/config/problems.hpp"

namespace supervisor {

namespace {

constexpr const char* streams_path = "/api/v1/streams";

// Throws UsageError where there is none of that name.
std::size_t place_of(const std::string& name, const std::vector<StreamRow>& rows) {
  std::vector<std::string_view> names;
  for (const StreamRow& row : rows) {
    if (row.name == name) return names.size();
    names.push_back(row.name);
  }
  throw UsageError("no stream has the name " + shown(name) + "; there are: " + join(names, ", "));
}

// The answer narrowed to one stream.
void pick(const std::string& name, JsonAnswer& answer, std::vector<StreamRow>& rows) {
  const std::size_t place = place_of(name, rows);
  rows = {rows[place]};
  answer.text = http::print_json(answer.value.at("streams").at(place));
}

int show(const Options& options, const Instance& instance, const Screen& screen) {
  JsonAnswer answer = get_json(instance, streams_path);
  std::vector<StreamRow> rows = read_rows(answer.value);
  if (options.stream) pick(*options.stream, answer, rows);
  if (options.json) {
    screen.out << answer.text << (answer.text.ends_with('\n') ? "" : "\n");
  } else {
    screen.out << print_table(rows, screen.has_colours) << '\n'
               << summarize(rows, std::chrono::system_clock::now(), screen.has_colours);
    if (const std::string problem = failed_reload(answer.value); !problem.empty()) {
      screen.out << "The last reload failed, the configuration before is in force: "
                 << printable(problem) << '\n';
    }
  }
  return every_stream_on_air(rows) ? 0 : 1;
}

}  // namespace

int run_status(const Options& options, const Environment& environment, const Screen& screen) {
  return run_client(options, environment, screen, true, recovery::exit_code::not_reached,
                    [&](const Instance& instance) { return show(options, instance, screen); });
}

int run_status(const Options& options, const Environment& environment, std::ostream& out,
               std::ostream& err) {
  return run_status(options, environment, Screen{out, err});
}

int watch_status(const Options& options, const Environment& environment, const Screen& screen,
                 const std::function<bool()>& wait) {
  constexpr const char* home_and_clear = "\x1b[H\x1b[2J";
  for (bool was_reached = false;;) {
    std::ostringstream shown;
    const int code = run_status(options, environment, Screen{shown, shown, screen.has_colours});
    if (screen.has_colours) screen.out << home_and_clear;
    screen.out << shown.str() << std::flush;
    was_reached = was_reached || code != recovery::exit_code::not_reached;
    const bool is_wrong = code == recovery::exit_code::usage;  // the next time is no better
    if (is_wrong || !was_reached) return code;
    if (!screen.out || !wait()) return code;
    if (!screen.has_colours) screen.out << '\n';
  }
}

}  // namespace supervisor
