#include "supervisor/hold/output_legs.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "monitor/text/ascii.hpp"
#include "monitor/text/url.hpp"
#include "supervisor/ffmpeg/command_outputs.hpp"
#include "supervisor/hold/key_values.hpp"

namespace supervisor {

namespace {

using std::string_view;

bool is_muxers_own(const FfmpegHelp& help, string_view muxer, string_view option) {
  const auto known = help.muxers.find(muxer);
  return known != help.muxers.end() &&
         known->second.options.find(option) != known->second.options.end();
}

void add_option(OutputLeg& leg, const std::string& key, const std::string& value) {
  leg.options.push_back('-' + key);
  leg.options.push_back(value);
}

void add_options(OutputLeg& leg, string_view dictionary) {
  for (const auto& [key, value] : read_key_values(dictionary)) add_option(leg, key, value);
}

// `a,v:0` → `-map 0:a -map 0:v:0`
void select(OutputLeg& leg, string_view specifiers) {
  while (!specifiers.empty()) {
    const string_view specifier = specifiers.substr(0, specifiers.find(','));
    specifiers.remove_prefix(std::min(specifier.size() + 1, specifiers.size()));
    leg.maps.insert(leg.maps.end(), {"-map", "0:" + std::string(specifier)});
  }
}

void read_leg_option(OutputLeg& leg, const std::string& key, const std::string& value) {
  constexpr auto of_the_tee = std::to_array<string_view>({"onfail", "use_fifo", "fifo_options"});
  if (std::ranges::find(of_the_tee, key) != of_the_tee.end()) return;
  if (key == "f") {
    leg.format = value;
  } else if (key == "select") {
    select(leg, value);
  } else if (key.starts_with("bsfs")) {
    const std::size_t slash = key.find('/');
    add_option(leg, slash == std::string::npos ? "bsf" : "bsf:" + key.substr(slash + 1), value);
  } else {
    add_option(leg, key, value);
  }
}

// The fifo muxer is a queue before another one. Its publisher needs none.
void unwrap_fifo(OutputLeg& leg, const FfmpegHelp& help) {
  if (leg.format != "fifo") return;
  leg.format.clear();
  const std::vector<std::string> options = std::exchange(leg.options, {});
  for (std::size_t i = 0; i + 1 < options.size(); i += 2) {
    const std::string key = options[i].substr(1);
    if (key == "fifo_format") {
      leg.format = options[i + 1];
    } else if (key == "format_opts") {
      add_options(leg, options[i + 1]);
    } else if (!is_muxers_own(help, "fifo", key)) {
      add_option(leg, key, options[i + 1]);
    }
  }
}

OutputLeg tee_leg_of(const TeeLeg& slave, const FfmpegHelp& help) {
  OutputLeg leg;
  leg.url = slave.url;
  for (const auto& [key, value] : read_key_values(slave.options)) read_leg_option(leg, key, value);
  unwrap_fifo(leg, help);
  leg.tee_text = slave.options.empty() ? slave.url : '[' + slave.options + ']' + slave.url;
  return leg;
}

OutputLeg single_leg(string_view format, string_view url, std::span<const OutputOption> options,
                     const FfmpegHelp& help) {
  OutputLeg leg;
  leg.format = format;
  leg.url = url;
  for (const OutputOption& option : options) {
    const bool is_inner = option.name == "fifo_format" || option.name == "format_opts";
    if (format == "fifo" && (is_inner || is_muxers_own(help, "fifo", option.name)))
      add_option(leg, std::string(option.name), std::string(option.value));
  }
  unwrap_fifo(leg, help);
  return leg;
}

// `async:`, `crypto:` stand in front of what is really opened.
string_view without_layers(string_view url) {
  constexpr auto layers = std::to_array<string_view>({"async:", "cache:", "crypto:", "crypto+"});
  for (bool again = true; again;) {
    again = false;
    for (const string_view layer : layers) {
      if (!url.starts_with(layer)) continue;
      url.remove_prefix(layer.size());
      again = true;
    }
  }
  return url;
}

}  // namespace

bool is_network(string_view url) {
  constexpr auto local = std::to_array<string_view>(
      {"file", "pipe", "fd", "data", "subfile", "concat", "unix", "md5", "tee"});
  url = without_layers(url);
  const std::string scheme = monitor::lowered(monitor::url_scheme(url));
  if (scheme.empty() || url.find("://") == string_view::npos) return false;
  return std::ranges::find(local, scheme) == local.end();
}

std::string muxer_name(string_view format, string_view url) {
  constexpr auto endings = std::to_array<std::pair<string_view, string_view>>(
      {{"ts", "mpegts"}, {"aac", "adts"}, {"mkv", "matroska"}, {"mpg", "mpeg"}, {"oga", "ogg"}});
  if (const string_view known = muxer_of(format, url); !known.empty()) return std::string(known);
  const string_view path = url.substr(0, url.find('?'));
  const string_view file = path.substr(path.find_last_of('/') + 1);
  const std::size_t dot = file.rfind('.');
  const bool is_host = path.find("://") + 3 + file.size() == path.size();
  if (dot == string_view::npos || is_host) return {};
  const std::string ending = monitor::lowered(file.substr(dot + 1));
  for (const auto& [known, muxer] : endings) {
    if (known == ending) return std::string(muxer);
  }
  return ending;
}

OutputLegs output_legs(string_view format, string_view url, std::span<const OutputOption> options,
                       const FfmpegHelp& help) {
  const bool by_url = url.starts_with("tee:");
  if (!by_url && format != "tee") return {false, {single_leg(format, url, options, help)}};
  OutputLegs legs{true, {}};
  for (const TeeLeg& slave : read_tee(url.substr(by_url ? 4 : 0)))
    legs.legs.push_back(tee_leg_of(slave, help));
  return legs;
}

std::string escaped_for_tee(string_view leg) {
  std::string escaped;
  for (const char c : leg) {
    if (c == '\\' || c == '\'' || c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace supervisor
