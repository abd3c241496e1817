#include "supervisor/first_config/stream_names.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "monitor/text/ascii.hpp"
#include "monitor/text/url.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {

namespace {

using std::string_view;
using Words = std::vector<std::string>;

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

bool is_number(string_view host) {
  return host.find_first_not_of("0123456789.") == string_view::npos;
}

// `host-10-0-0-21`; empty where the host has a name.
std::string address_name(string_view url) {
  const string_view host = monitor::split_url(url).host;
  return host.empty() || !is_number(host) ? std::string() : "host-" + as_name(host);
}

std::string host_name(string_view url) {
  const string_view host = monitor::split_url(url).host;
  const std::string address = address_name(url);
  return address.empty() ? as_name(host.substr(0, host.find('.'))) : address;
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
  if (last == string_view::npos || last == 0 || is_number(host)) return host_name(output);
  const std::size_t before = host.rfind('.', last - 1) + 1;
  return as_name(host.substr(before, last - before));
}

// The first that has a name; empty: none has.
template <class Name>
std::string first_named(const Words& urls, Name name) {
  const auto found =
      std::ranges::find_if(urls, [&](const auto& url) { return !name(url).empty(); });
  return found == urls.end() ? std::string() : *found;
}

// What a URL's path and query are made of, from their end, as names: of `/live/cam1` cam1 and live,
// of `?channel=1` channel-1. A number has what stands in front of it. Empty for what is no name.
Words parts_of(string_view url) {
  const string_view scheme = monitor::url_scheme(url);
  const bool is_url = url.find("://") != string_view::npos;
  if (!is_url && (!scheme.empty() || url.find('=') != string_view::npos)) return {};
  string_view path = is_url ? monitor::split_url(url).path : url;
  Words parts;
  std::string before;
  while (!path.empty()) {
    const string_view part = path.substr(0, path.find_first_of("/?&"));
    const bool is_pair = part.find('=') != string_view::npos;
    const std::string name = as_name(is_pair ? part : part.substr(0, part.rfind('.')));
    parts.push_back(is_number(name) && !name.empty() && !before.empty() ? before + '-' + name
                                                                        : name);
    before = name;
    path.remove_prefix(std::min(part.size() + 1, path.size()));
  }
  std::ranges::reverse(parts);
  return parts;
}

// All that may name a command's stream.
struct Naming {
  std::string service, input, output;
  bool is_address;  // the input's name
  Words input_parts, output_parts;

  const std::string& first() const { return service.empty() ? input : service; }
  bool has_no_name() const { return service.empty() && is_address && !input.empty(); }
};

Naming naming_of(const FoundCommand& command, const CommandSecrets& secrets) {
  const FfmpegCommand masked(masked_words(command.words, secrets));
  const std::string input = first_named(masked.endpoints().inputs, name_of_input);
  const std::string output = first_named(masked.endpoints().outputs, name_of_output);
  const std::string name = name_of_input(input);
  return {as_name(command.name),  name,
          name_of_output(output), name == address_name(input),
          parts_of(input),        parts_of(output)};
}

bool reads_like_a_name(const std::string& text) {
  constexpr std::size_t shortest = 2;
  return text.size() >= shortest && !is_number(text);
}

bool are_different(Words names) {
  std::ranges::sort(names);
  return std::ranges::adjacent_find(names) == names.end();
}

// Of `part` of all the first place, from the end, in which each has a name of its own; else empty.
Words different_parts(const std::vector<const Naming*>& group, Words Naming::*part) {
  std::size_t count = name_max;
  for (const Naming* one : group) count = std::min(count, (one->*part).size());
  for (std::size_t place = 0; place < count; ++place) {
    Words names;
    for (const Naming* one : group) names.push_back((one->*part)[place]);
    if (std::ranges::all_of(names, reads_like_a_name) && are_different(names)) return names;
  }
  return {};
}

// What the receiver is told first: it is the user's own word.
Words different_parts(const std::vector<const Naming*>& group) {
  const Words names = different_parts(group, &Naming::output_parts);
  return names.empty() ? different_parts(group, &Naming::input_parts) : names;
}

class NameChoice {
 public:
  explicit NameChoice(std::vector<Naming> namings) : namings_(std::move(namings)) {
    for (const Naming& naming : namings_) {
      const std::string& other = naming.output.empty() ? general_name : naming.output;
      names_.push_back(naming.first().empty() ? other : naming.first());
    }
  }

  // An address names nothing: what differs from command to command does, or what input and output
  // have in common.
  void name_addresses() {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < namings_.size(); ++i) {
      if (namings_[i].has_no_name()) places.push_back(i);
    }
    const bool is_single = places.size() == 1;
    if (places.empty() || (is_single && !has_common_part(namings_[places[0]]))) return;
    const Words parts = different_parts(group_of(places));
    for (std::size_t i = 0; i < parts.size(); ++i) names_[places[i]] = parts[i];
  }

  void tell_apart() {
    std::map<std::string, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < names_.size(); ++i) groups[names_[i]].push_back(i);
    for (const auto& [name, places] : groups) {
      if (places.size() > 1) tell_apart(places);
    }
  }

  Words names() && { return std::move(names_); }

 private:
  static bool has_common_part(const Naming& naming) {
    return !naming.input_parts.empty() && !naming.output_parts.empty() &&
           naming.input_parts.front() == naming.output_parts.front();
  }

  std::vector<const Naming*> group_of(const std::vector<std::size_t>& places) const {
    std::vector<const Naming*> group;
    for (const std::size_t place : places) group.push_back(&namings_[place]);
    return group;
  }

  void tell_apart(const std::vector<std::size_t>& places) {
    Words more = different_parts(group_of(places));
    if (more.empty()) {
      for (const std::size_t place : places) more.push_back(namings_[place].output);
      if (std::ranges::count(more, more.front()) == std::ssize(more)) return;
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
      std::string& name = names_[places[i]];
      if (!more[i].empty() && more[i] != name) name += '-' + more[i];
    }
  }

  inline static const std::string general_name = "stream";

  std::vector<Naming> namings_;
  Words names_;
};

void number_the_same(Words& names) {
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
}

}  // namespace

Words stream_names(const std::vector<FoundCommand>& commands,
                   const std::vector<CommandSecrets>& secrets) {
  std::vector<Naming> namings;
  for (std::size_t i = 0; i < commands.size(); ++i)
    namings.push_back(naming_of(commands[i], secrets[i]));
  NameChoice choice(std::move(namings));
  choice.name_addresses();
  choice.tell_apart();
  Words names = std::move(choice).names();
  number_the_same(names);
  return names;
}

}  // namespace supervisor
