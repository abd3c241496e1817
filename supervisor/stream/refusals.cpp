#include "supervisor/stream/refusals.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "supervisor/ffmpeg/preview_command.hpp"

namespace supervisor {

namespace {

bool is_added(const PreparedCommand& command, const std::string& name) {
  const auto count_in = [&name](const std::vector<std::string>& argv) {
    return std::ranges::count_if(
        argv, [&name](const std::string& word) { return word.find(name) != std::string::npos; });
  };
  return !name.empty() && count_in(command.spec.argv) > count_in(command.command.argv());
}

// The first is the supervisor's: one of the user's own stands behind it.
void leave_out_period(std::vector<std::string>& argv, const std::vector<std::string>& names) {
  if (std::ranges::find(names, "stats_period") == names.end()) return;
  const auto option = std::ranges::find(argv, "-stats_period");
  if (option != argv.end() && option + 1 != argv.end()) argv.erase(option, option + 2);
}

PreparedCommand without(PreparedCommand command, const std::vector<std::string>& names,
                        const monitor::Limits& limits) {
  const auto is_free = [&] {
    return std::ranges::none_of(names,
                                [&](const std::string& name) { return is_added(command, name); });
  };
  // The encoder of held outputs has no picture in it.
  monitor::Preview picture_alone;
  if (writes_picture(command.spec.argv)) picture_alone.picture = limits.preview.picture;
  leave_out_period(command.spec.argv, names);
  for (const monitor::Preview& preview : {picture_alone, monitor::Preview{}}) {
    if (is_free()) break;
    command.spec.argv = command.command.with_supervision(command.spec.progress_fd,
                                                         limits.stats_period, {}, preview);
    leave_out_period(command.spec.argv, names);
  }
  return command;
}

}  // namespace

std::string refused_name(const PreparedCommand& command, std::string_view line) {
  constexpr auto refusals = std::to_array<std::string_view>(
      {"Unrecognized option '", "Option '", "No such filter: '", "Unknown encoder '"});
  const auto refusal = std::ranges::find_if(
      refusals, [line](std::string_view words) { return line.starts_with(words); });
  if (refusal == refusals.end()) return {};
  line.remove_prefix(refusal->size());
  const std::string name(line.substr(0, line.find('\'')));
  return is_added(command, name) ? name : std::string();
}

void Refusals::add(const std::string& name, Log& log, const std::string& stream) {
  if (name.empty() || std::ranges::find(names_, name) != names_.end()) return;
  names_.push_back(name);
  const std::string what = name == "stats_period"
                               ? "it reports each half second"
                               : "what needs it of monitor.content and monitor.preview is not done";
  log.write(LogLevel::warning, "ffmpeg_outdated", stream,
            "This FFmpeg does not know " + name +
                ", which the supervisor adds to the command, and is launched without it: " + what);
}

std::shared_ptr<const PreparedCommand> Refusals::leave_out(
    std::shared_ptr<const PreparedCommand> command, const monitor::Limits& limits) const {
  if (names_.empty()) return command;
  return std::make_shared<const PreparedCommand>(without(*command, names_, limits));
}

}  // namespace supervisor
