#include "http/client.hpp"
#include "http/request_path.hpp"
#include "monitor/text/percent.hpp"
#include "recovery/exit_code.hpp"
#include "supervisor/command_line/client_commands.hpp"
#include "supervisor/command_line/client_run.hpp"
#include "supervisor/command_line/command_words.hpp"
#include "supervisor/command_line/status_table.hpp"
#include "supervisor/config/problems.hpp"

namespace supervisor {

namespace {

using namespace std::chrono_literals;
using Mode = Options::Mode;

constexpr auto reload_timeout = 15s;  // reads files, perhaps over a network: the server allows 10 s

// Where one stream is all there is, it needs no name. Throws UsageError.
std::string only_stream(const Options& options, const Instance& instance) {
  const std::vector<StreamRow> rows = read_rows(get_json(instance, "/api/v1/streams").value);
  if (rows.size() == 1) return rows.front().name;
  std::vector<std::string_view> names;
  for (const StreamRow& row : rows) names.push_back(row.name);
  const std::string word(word_of(options.mode));
  throw UsageError(word + ": which stream? ffsupervisor " + word +
                   " NAME, one of: " + join(names, ", "));
}

std::string path_of(const Options& options, const Instance& instance) {
  if (options.mode == Mode::reload) return std::string(http::reload_path);
  const std::string stream = options.stream ? *options.stream : only_stream(options, instance);
  return std::string(http::streams_prefix) + monitor::percent_encode(stream) + '/' +
         std::string(word_of(options.mode));
}

int ask(const Options& options, const Instance& instance, const Screen& screen) {
  const std::string url = instance.base + path_of(options, instance);
  const auto timeout = options.mode == Mode::reload ? reload_timeout : answer_timeout;
  const http::Answer answer = http::post(url, timeout, instance.token);
  const std::string message = message_of(answer.body);
  if (answer.status / 100 == 2) {
    screen.out << message << '\n';
    return 0;
  }
  screen.err << "ffsupervisor: " << word_of(options.mode) << ": " << message << " ("
             << answer.status << ')' << advice_on(answer.status) << '\n';
  return 1;
}

}  // namespace

int run_control(const Options& options, const Environment& environment, const Screen& screen) {
  return run_client(options, environment, screen, false, recovery::exit_code::not_reached,
                    [&](const Instance& instance) { return ask(options, instance, screen); });
}

}  // namespace supervisor
