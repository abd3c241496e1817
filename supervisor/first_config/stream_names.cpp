#include "supervisor/first_config/stream_names.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "monitor/text/ascii.hpp"
#include "monitor/text/url.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

namespace {

using std::string_view;

constexpr std::size_t name_max = 56;  // of 64: a number may follow

// What says nothing of the stream.
constexpr auto general =
    std::to_array<string_view>({"stream", "live", "index", "playlist", "master", "listen", "input",
                                "in", "localhost", "www", "ffmpeg", "ffsupervisor"});

// As a name has to be; empty where a secret or a variable is in it.
std::string as_name(string_view text) {
  constexpr string_view unknown{"*\xFE", 2};
  static_assert(unknown[1] == variable_begin);
  if (text.find_first_of(unknown) != string_view::npos) return {};
  std::string name;
  for (const char c : monitor::lowered(text)) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (is_letter || c == '_') {
      name += c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  name.resize(std::min(name.size(), name_max));
  while (name.ends_with('-')) name.pop_back();
  const bool is_general = std::find(general.begin(), general.end(), name) != general.end();
  return is_general ? std::string() : name;
}

std::string host_name(string_view url) {
  const string_view host = monitor::split_url(url).host;
  if (host.find_first_not_of("0123456789.") == string_view::npos)
    return host.empty() ? std::string() : "host-" + as_name(host);
  return as_name(host.substr(0, host.find('.')));
}

// `/srv/radio.mp3?x` → radio
std::string file_name(string_view path) {
  path = path.substr(0, path.find_first_of("?#"));
  path = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  return as_name(path.substr(0, path.rfind('.')));
}

std::string name_of_input(string_view input) {
  const string_view scheme = monitor::url_scheme(input);
  if (scheme.empty() && input.find('=') != string_view::npos) return {};  // lavfi's own words
  if (scheme.empty() || scheme == "file") return file_name(input);
  if (input.find("://") == string_view::npos) return {};
  const std::string file =
      scheme.starts_with("http") ? file_name(monitor::split_url(input).path) : "";
  return file.empty() ? host_name(input) : file;
}

// `rtmp://a.rtmp.youtube.com/…` → youtube
std::string name_of_output(string_view output) {
  if (output.find("://") == string_view::npos) return file_name(output);
  const string_view host = monitor::split_url(output).host;
  const std::size_t last = host.rfind('.');
  const bool is_number = host.find_first_not_of("0123456789.") == string_view::npos;
  if (last == string_view::npos || last == 0 || is_number) return host_name(output);
  const std::size_t before = host.rfind('.', last - 1) + 1;
  return as_name(host.substr(before, last - before));
}

template <class Name>
std::string first_name(const std::vector<std::string>& urls, Name name) {
  for (const std::string& url : urls) {
    const std::string found = name(url);
    if (!found.empty()) return found;
  }
  return {};
}

std::string name_of(const FoundCommand& command, bool with_receiver) {
  const std::string service = as_name(command.name);
  const FfmpegCommand masked(Secrets().mask_command(command.words));
  const std::string input = first_name(masked.endpoints().inputs, name_of_input);
  const std::string output = first_name(masked.endpoints().outputs, name_of_output);
  if (!service.empty() && !with_receiver) return service;
  const std::string first = service.empty() ? input : service;
  if (with_receiver && !first.empty() && !output.empty()) return first + '-' + output;
  if (!first.empty()) return first;
  return output.empty() ? "stream" : output;
}

}  // namespace

std::vector<std::string> stream_names(const std::vector<FoundCommand>& commands) {
  std::vector<std::string> names;
  for (const FoundCommand& command : commands) names.push_back(name_of(command, false));
  const std::vector<std::string> first = names;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (std::count(first.begin(), first.end(), first[i]) > 1) names[i] = name_of(commands[i], true);
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string base = names[i].substr(0, name_max);
    const auto is_taken = [&](const std::string& name) {
      const auto end = names.begin() + static_cast<std::ptrdiff_t>(i);
      return std::find(names.begin(), end, name) != end;
    };
    names[i] = base;
    for (int number = 2; is_taken(names[i]); ++number)
      names[i] = base + '-' + std::to_string(number);
  }
  return names;
}

}  // namespace supervisor
