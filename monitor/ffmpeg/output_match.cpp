#include "monitor/ffmpeg/output_match.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "monitor/ffmpeg/connection_side.hpp"
#include "monitor/ffmpeg/side.hpp"
#include "monitor/output.hpp"

namespace monitor {
namespace {

constexpr std::string_view leg_words = "Slave muxer #";

std::size_t known_outputs(const Endpoints& endpoints) {
  return std::min(endpoints.outputs.size(), outputs_limit);
}

// Everything else the command reads or writes stands on the other side.
Endpoints alone(const Endpoints& endpoints, std::size_t output) {
  Endpoints one{.inputs = endpoints.inputs, .outputs = {endpoints.outputs[output]}};
  for (std::size_t other = 0; other < endpoints.outputs.size(); ++other) {
    if (other != output) one.inputs.push_back(endpoints.outputs[other]);
  }
  return one;
}

std::optional<std::uint8_t> leg_of(std::string_view text, const Endpoints& endpoints) {
  if (endpoints.tees.size() != 1) return std::nullopt;  // of which tee it is, is not said
  const std::string_view digits = text.substr(leg_words.size());
  std::size_t number = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool is_known = read.ec == std::errc() && number < known_outputs(endpoints) &&
                        endpoints.tees.front() + number < known_outputs(endpoints);
  if (!is_known) return std::nullopt;
  return static_cast<std::uint8_t>(endpoints.tees.front() + number);
}

}  // namespace

std::uint32_t outputs_of(const ConnectionSample& connection, const Endpoints& endpoints) {
  std::uint32_t found = 0;
  for (std::size_t output = 0; output < known_outputs(endpoints); ++output) {
    const Endpoints one{.inputs = {}, .outputs = {endpoints.outputs[output]}};
    if (is_of_endpoint(connection, one)) found |= std::uint32_t{1} << output;
  }
  return found;
}

std::optional<std::uint8_t> output_of(const LogLine& line, const Endpoints& endpoints) {
  if (line.text.starts_with(leg_words)) return leg_of(line.text, endpoints);
  LogLine own = line;
  if (line.component == "tee" || line.component == "fifo" || line.component.starts_with("out#")) {
    own.component = {};  // says that it is about an output, not about which
  }
  for (std::size_t output = 0; output < known_outputs(endpoints); ++output) {
    if (side_of(own, alone(endpoints, output)) == Side::output) {
      return static_cast<std::uint8_t>(output);
    }
  }
  return std::nullopt;
}

bool gives_up_leg(const LogLine& line) {
  return line.text.starts_with(leg_words) &&
         line.text.find("continuing with ") != std::string_view::npos;
}

}  // namespace monitor
