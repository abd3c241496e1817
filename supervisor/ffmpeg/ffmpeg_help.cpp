#include "supervisor/ffmpeg/ffmpeg_help.hpp"

#include <algorithm>

namespace supervisor {

namespace {

using std::string_view;
using Names = FfmpegHelp::Names;

template <class Use>
void for_each_line(string_view text, Use use) {
  while (!text.empty()) {
    const string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    use(line);
  }
}

string_view take_word(string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

struct Option {
  string_view name;  // empty: the line has none
  bool encodes = false;
};

// `  -flvflags          <flags>      E.......... FLV muxer flags`
Option option_in(string_view line) {
  const string_view name = take_word(line);
  const string_view type = take_word(line);
  const bool is_option = name.size() > 1 && name.front() == '-' && type.starts_with('<');
  if (!is_option) return {};
  return {name.substr(1), take_word(line).starts_with('E')};
}

// `AVFormatContext AVOptions:` → `AVFormatContext`; empty for a line that is no heading.
string_view heading(string_view line) {
  constexpr string_view end = " AVOptions:";
  if (line.starts_with(' ') || !line.ends_with(end)) return {};
  return line.substr(0, line.size() - end.size());
}

Names options_in(string_view answer) {
  Names names;
  for_each_line(answer, [&names](string_view line) {
    const Option option = option_in(line);
    if (!option.name.empty()) names.emplace(option.name);
  });
  return names;
}

// FFmpeg looks an option up in two trees: that of AVCodecContext with all codecs below it, that of
// AVFormatContext with all formats and protocols. The help prints them in this order, each with its
// own options first, and those of the scaler behind them. For an output it takes those of a
// protocol that are marked as for reading, too (`-user_agent`).
void read_options(string_view answer, FfmpegHelp& help) {
  enum class Tree { none, codecs, formats } tree = Tree::none;
  bool is_every_muxers = false;
  for_each_line(answer, [&](string_view line) {
    if (const string_view head = heading(line); !head.empty()) {
      if (head == "AVCodecContext") tree = Tree::codecs;
      if (head == "AVFormatContext") tree = Tree::formats;
      if (head == "SWScaler") tree = Tree::none;
      is_every_muxers = head == "AVFormatContext" || head == "AVIOContext" || head == "URLContext";
      return;
    }
    const Option option = option_in(line);
    if (option.name.empty()) return;
    if (tree == Tree::codecs && option.encodes) help.codec_options.emplace(option.name);
    if (tree == Tree::formats) help.format_options.emplace(option.name);
    if (is_every_muxers) help.every_muxers_options.emplace(option.name);
  });
}

// `    Default video codec: flv1.`
string_view default_codec(string_view answer, string_view type) {
  const std::string words = "Default " + std::string(type) + " codec: ";
  const std::size_t at = answer.find(words);
  if (at == string_view::npos) return {};
  const string_view rest = answer.substr(at + words.size());
  return rest.substr(0, rest.find_first_of(".\n"));
}

// ` DEV.LS h264  H.264 / AVC (decoders: h264 ) (encoders: libx264 h264_nvenc )`
void read_codec(string_view line, FfmpegHelp& help) {
  constexpr string_view list = "(encoders: ";
  string_view rest = line;
  const string_view flags = take_word(rest);
  const string_view codec = take_word(rest);
  if (flags.size() != 6 || codec.empty() || codec == "=") return;
  help.codec_of.emplace(codec, codec);
  const std::size_t at = rest.find(list);
  if (at == string_view::npos) return;
  string_view encoders = rest.substr(at + list.size());
  encoders = encoders.substr(0, encoders.find(')'));
  while (!encoders.empty()) {
    const string_view encoder = take_word(encoders);
    if (!encoder.empty()) help.codec_of.insert_or_assign(std::string(encoder), std::string(codec));
  }
}

}  // namespace

bool FfmpegHelp::Muxer::is_audio_only() const {
  if (audio.empty()) return false;
  return video.empty() || video == "png" || video == "mjpeg";
}

std::vector<std::string> words_of(const HelpQuestion& question) {
  using About = HelpQuestion::About;
  if (question.about == About::options) return {"-hide_banner", "-h", "full"};
  if (question.about == About::codecs) return {"-hide_banner", "-codecs"};
  const std::string type = question.about == About::muxer ? "muxer=" : "protocol=";
  return {"-hide_banner", "-h", type + question.name};
}

void read_answer(const HelpQuestion& question, string_view answer, FfmpegHelp& help) {
  using About = HelpQuestion::About;
  switch (question.about) {
    case About::options:
      return read_options(answer, help);
    case About::codecs:
      return for_each_line(answer, [&help](string_view line) { read_codec(line, help); });
    case About::protocol:
      if (Names names = options_in(answer); !names.empty())
        help.protocols[question.name] = std::move(names);
      return;
    case About::muxer:
      if (answer.find("Muxer ") == string_view::npos) return;
      help.muxers[question.name] = {std::string(default_codec(answer, "video")),
                                    std::string(default_codec(answer, "audio")),
                                    options_in(answer)};
  }
}

}  // namespace supervisor
