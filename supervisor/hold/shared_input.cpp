#include "supervisor/hold/shared_input.hpp"

#include <algorithm>
#include <string_view>

#include "monitor/probes/target.hpp"
#include "supervisor/ffmpeg/ffmpeg_options.hpp"

namespace supervisor {

namespace {

bool can_be_read_twice(const FfmpegArgument& input) {
  if (input.format == "lavfi") return true;
  const bool has_path = monitor::probes::source_target(input.value, input.format).reach ==
                        monitor::probes::Reach::path;
  return has_path && !monitor::probes::opened_url(input.value).starts_with("/dev/");
}

}  // namespace

std::string shared_input(const FfmpegCommand& one, const FfmpegCommand& other) {
  for (const FfmpegArgument& input : one.arguments()) {
    if (input.kind != FfmpegArgument::Kind::input || can_be_read_twice(input)) continue;
    const auto& inputs = other.endpoints().inputs;
    if (std::ranges::find(inputs, input.value) != inputs.end()) return std::string(input.value);
  }
  return {};
}

}  // namespace supervisor
