#include "supervisor/config/output_warnings.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "monitor/text/url.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

namespace {

// What only one can have: no pipe, nothing that is thrown away, no group of receivers.
bool is_exclusive(std::string_view output) {
  if (output.empty() || output == "-" || output.starts_with("pipe:") ||
      output.starts_with("/dev/") || output.starts_with("udp:") || output.starts_with("rtp:"))
    return false;
  return output != "null" && output.find('%') == std::string_view::npos;
}

// Without the credentials, the slash at its end and the protocol's own port, which servers do not
// tell apart; this machine by one of its names.
std::string comparable(std::string output) {
  monitor::Url url = monitor::split_url(output);
  if (!url.userinfo.empty()) {
    const auto user = static_cast<std::size_t>(url.userinfo.data() - output.data());
    output.erase(user, url.userinfo.size() + 1);
    url = monitor::split_url(output);
  }
  if (url.host == "localhost") {
    const auto host = static_cast<std::size_t>(url.host.data() - output.data());
    output.replace(host, url.host.size(), "127.0.0.1");
    url = monitor::split_url(output);
  }
  if (!url.port.empty() && url.port == monitor::default_port(url.scheme)) {
    const auto port = static_cast<std::size_t>(url.port.data() - output.data());
    output.erase(port - 1, url.port.size() + 1);
  }
  while (output.size() > 1 && output.ends_with('/')) output.pop_back();
  return output;
}

void add_outputs(const std::vector<std::string>& argv, std::vector<std::string>& outputs) {
  if (argv.empty() || argv.front().empty()) return;
  try {
    const FfmpegCommand command(argv);
    for (const std::string& output : command.endpoints().outputs) {
      if (is_exclusive(output)) outputs.push_back(comparable(output));
    }
  } catch (const CommandError&) {
    // Refused where the stream is made.
  }
}

// Those that stand beside the command: the URL is the last of their words.
void add_outputs(const std::vector<OutputSettings>& settings, std::vector<std::string>& outputs) {
  for (const OutputSettings& each : settings) {
    const std::string url = each.arguments.empty() ? std::string() : each.arguments.back();
    if (is_exclusive(url)) outputs.push_back(comparable(url));
  }
}

std::string masked_output(const std::string& output) {
  return Secrets().mask_command({"ffmpeg", output}).back();
}

}  // namespace

std::vector<std::string> output_warnings(const Config& config) {
  std::vector<std::string> warnings;
  std::map<std::string, std::string> owners;
  for (const StreamConfig& stream : config.streams) {
    std::vector<std::string> outputs;
    add_outputs(stream.command, outputs);
    add_outputs(stream.outputs, outputs);
    std::sort(outputs.begin(), outputs.end());
    const auto twice = std::adjacent_find(outputs.begin(), outputs.end());
    if (twice != outputs.end())
      warnings.push_back("stream " + stream.name + " has the output " + masked_output(*twice) +
                         " twice: only one of them can have it");
    add_outputs(stream.fallback, outputs);  // never beside its own primary
    std::sort(outputs.begin(), outputs.end());
    outputs.erase(std::unique(outputs.begin(), outputs.end()), outputs.end());
    for (const std::string& output : outputs) {
      const auto [owner, is_new] = owners.emplace(output, stream.name);
      if (is_new) continue;
      warnings.push_back("streams " + owner->second + " and " + stream.name + " have one output, " +
                         masked_output(output) +
                         ": a server refuses the second publisher or drops the first, and a file "
                         "is written by both");
    }
  }
  return warnings;
}

}  // namespace supervisor
