#include "supervisor/hold/command_groups.hpp"

#include <algorithm>

namespace supervisor {

std::vector<CommandGroup> command_groups(std::span<const std::string> arguments) {
  std::vector<CommandGroup> groups(1);
  std::size_t group_begin = 0, begin = 0;
  for (const FfmpegArgument& argument : read_ffmpeg_arguments(arguments)) {
    const auto own = arguments.subspan(begin, argument.end - begin);
    begin = argument.end;
    CommandGroup& group = groups.back();
    if (argument.kind == FfmpegArgument::Kind::option) {
      group.options.push_back(output_option(argument, own));
      continue;
    }
    const bool is_input = argument.kind == FfmpegArgument::Kind::input;
    group.kind = is_input ? CommandGroup::Kind::input : CommandGroup::Kind::output;
    group.format = argument.format;
    group.url = argument.value;
    group.words = arguments.subspan(group_begin, begin - group_begin);
    group_begin = begin;
    groups.emplace_back();
  }
  groups.back().words = arguments.subspan(group_begin);
  return groups;
}

bool reads_rtp(std::span<const CommandGroup> groups) {
  return std::ranges::any_of(groups, [](const CommandGroup& group) {
    const std::string_view path = group.url.substr(0, group.url.find('?'));
    const bool by_rtp = path.starts_with("rtsp") || path.starts_with("rtp") ||
                        path.ends_with(".sdp") || group.format == "rtsp" || group.format == "sdp";
    return group.kind == CommandGroup::Kind::input && by_rtp;
  });
}

}  // namespace supervisor
