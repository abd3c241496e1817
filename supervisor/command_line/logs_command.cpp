#include <set>
#include <stdexcept>

#include <boost/json/parse.hpp>

#include "http/client.hpp"
#include "monitor/probes/azuracast/sse_reader.hpp"
#include "recovery/exit_code.hpp"
#include "supervisor/command_line/client_commands.hpp"
#include "supervisor/command_line/client_run.hpp"
#include "supervisor/command_line/log_view.hpp"
#include "supervisor/config/problems.hpp"

namespace supervisor {

namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

// The server writes at least every 15 s.
constexpr auto silence_limit = 40s;
constexpr std::size_t names_max = 10'000;

// Empty where there is no such text.
std::string_view text_at(const json::object& object, const char* key) {
  const json::value* const value = object.if_contains(key);
  const json::string* const text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string_view() : std::string_view(text->data(), text->size());
}

// Reads the event stream: prints the lines of the log that are wanted, and learns from the rest
// which streams there are and where what was known before ends.
class LogReader {
 public:
  LogReader(const Options& options, const Screen& screen) : options_(options), screen_(screen) {}

  // False: nothing more is wanted.
  bool take(std::string_view bytes) {
    events_.feed(bytes, [this](std::string_view data) { take_event(data); });
    screen_.out.flush();
    return !is_done_ && screen_.out;
  }
  bool is_live() const { return is_live_; }
  bool is_done() const { return is_done_; }
  // Throws UsageError where the stream that is asked for is none.
  void check_stream() const {
    if (!is_live_ || is_known()) return;
    std::vector<std::string_view> names(names_.begin(), names_.end());
    throw UsageError("no stream has the name " + shown(*options_.stream) +
                     "; there are: " + join(names, ", "));
  }

 private:
  bool is_known() const { return !options_.stream || names_.contains(*options_.stream); }

  void take_event(std::string_view data) {
    if (is_done_) return;
    json::error_code error;
    const json::value value = json::parse(json::string_view(data.data(), data.size()), error);
    const json::object* const object = error ? nullptr : value.if_object();
    if (object == nullptr) return;
    if (object->contains("ts")) return print(*object, data);
    if (object->contains("generation")) learn_name(*object);
    // The figures of each second, of an instance that does not say `live`.
    if (object->contains("live") || object->contains("frames")) become_live();
  }

  void learn_name(const json::object& state) {
    if (names_.size() < names_max) names_.emplace(text_at(state, "name"));
  }

  void become_live() {
    is_live_ = true;
    is_done_ = !options_.follow || !is_known();
  }

  void print(const json::object& line, std::string_view data) const {
    if (options_.stream && text_at(line, "stream") != *options_.stream) return;
    const std::string text =
        options_.json ? std::string(data) : print_log_line(line, screen_.has_colours);
    if (!text.empty()) screen_.out << text << '\n';
  }

  const Options& options_;
  const Screen& screen_;
  monitor::SseReader events_;
  std::set<std::string> names_;
  bool is_live_ = false;
  bool is_done_ = false;
};

int show_log(const Options& options, const Instance& instance, const Screen& screen) {
  const std::string url = instance.base + "/api/v1/events";
  LogReader reader(options, screen);
  const int status = http::follow(url, silence_limit, instance.token,
                                  [&](std::string_view bytes) { return reader.take(bytes); });
  if (status != 200) {
    throw std::runtime_error(url + ": answered " + std::to_string(status) + ", expected 200" +
                             advice_on(status));
  }
  reader.check_stream();
  if (!reader.is_live()) throw std::runtime_error(url + ": the answer is not ffsupervisor's");
  if (!reader.is_done() && screen.out) {
    throw std::runtime_error(url +
                             ": the connection has ended: ffsupervisor has stopped, or the "
                             "network is gone");
  }
  return 0;
}

}  // namespace

int run_logs(const Options& options, const Environment& environment, const Screen& screen) {
  return run_client(options, environment, screen, true, recovery::exit_code::not_reached,
                    [&](const Instance& instance) { return show_log(options, instance, screen); });
}

}  // namespace supervisor
