#include "supervisor/hold/output_options.hpp"

#include <algorithm>
#include <array>

#include "supervisor/words/is_one_of.hpp"

namespace supervisor {

namespace {

using std::string_view;

bool has(const FfmpegHelp::Names& names, string_view name) {
  return names.find(name) != names.end();
}

bool knows(const FfmpegHelp& help, string_view muxer, string_view protocol, string_view name) {
  const auto asked_muxer = help.muxers.find(muxer);
  if (asked_muxer != help.muxers.end() && has(asked_muxer->second.options, name)) return true;
  const auto asked_protocol = help.protocols.find(protocol);
  if (asked_protocol != help.protocols.end() && has(asked_protocol->second, name)) return true;
  return has(help.every_muxers_options, name);
}

struct Alias {
  string_view name, specifier;
};

// FFmpeg's short forms, which have the stream's type in their name.
constexpr auto codec_aliases =
    std::to_array<Alias>({{"vcodec", "v"}, {"acodec", "a"}, {"scodec", "s"}, {"dcodec", "d"}});

}  // namespace

OutputOption output_option(const FfmpegArgument& argument, std::span<const std::string> words) {
  OutputOption option{argument.name, {}, argument.value, words};
  const string_view word = words.empty() ? string_view() : string_view(words.front());
  if (const std::size_t colon = word.find(':'); colon != string_view::npos)
    option.specifier = word.substr(colon + 1);
  const auto alias = std::ranges::find(codec_aliases, option.name, &Alias::name);
  if (alias != codec_aliases.end()) option.specifier = alias->specifier;
  return option;
}

OptionUser user_of(const OutputOption& option, const FfmpegHelp& help, string_view muxer,
                   string_view protocol) {
  // The ffmpeg program's own options that describe what a muxer writes. It looks these up first.
  constexpr auto of_the_muxer =
      std::to_array<string_view>({"f", "metadata", "disposition", "tag", "vtag", "atag", "stag",
                                  "bsf", "vbsf", "absf", "program", "stream_group", "streamid",
                                  "muxdelay", "muxpreload", "attach", "timestamp", "sdp_file"});
  if (is_one_of(option.name, of_the_muxer)) return OptionUser::publisher;
  if (option.name == "bitexact") return OptionUser::both;
  // No option of a muxer or a protocol is for one stream.
  if (!option.specifier.empty() || !has(help.format_options, option.name))
    return OptionUser::encoder;
  if (!has(help.codec_options, option.name)) return OptionUser::publisher;
  return knows(help, muxer, protocol, option.name) ? OptionUser::both : OptionUser::encoder;
}

std::optional<char> chooses_codec_of(const OutputOption& option) {
  const bool is_alias =
      std::ranges::find(codec_aliases, option.name, &Alias::name) != codec_aliases.end();
  if (!is_alias && option.name != "c" && option.name != "codec") return std::nullopt;
  const bool has_type = !option.specifier.empty() && option.specifier.front() >= 'A';
  return has_type ? option.specifier.front() : '\0';
}

std::string without_global_header(string_view flags) {
  std::string kept;
  while (!flags.empty()) {
    const std::size_t end = flags.find_first_of("+-", 1);
    const string_view flag = flags.substr(0, end);
    flags.remove_prefix(flag.size());
    if (!flag.ends_with("global_header")) kept += flag;
  }
  return kept;
}

}  // namespace supervisor
