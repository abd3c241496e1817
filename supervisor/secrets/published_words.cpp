#include "supervisor/secrets/published_words.hpp"

#include <algorithm>
#include <span>
#include <string_view>

#include "supervisor/ffmpeg/ffmpeg_options.hpp"
#include "supervisor/ffmpeg/launch_wrapper.hpp"

namespace supervisor {

namespace {

bool is_ffmpeg(const std::string& word) {
  return base_name(word).starts_with("ffmpeg");
}

// To an input that FFmpeg listens for somebody else publishes.
bool makes_listen(const FfmpegArgument& option) {
  if (option.name == "listen" || option.name == "rtmp_listen") return option.value != "0";
  return (option.name == "rtsp_flags" && option.value.find("listen") != std::string_view::npos) ||
         (option.name == "mode" && option.value == "listener");
}

bool asks_to_listen(std::string_view url) {
  return url.find("mode=listener") != std::string_view::npos ||
         url.find("listen=1") != std::string_view::npos;
}

}  // namespace

std::vector<bool> published_words(const std::vector<std::string>& argv) {
  std::vector<bool> published(argv.size(), false);
  const auto ffmpeg = std::ranges::find_if(argv, is_ffmpeg);
  if (ffmpeg == argv.end()) {
    for (std::size_t i = 1; i < argv.size(); ++i) published[i] = argv[i - 1] != "-i";
    return published;
  }
  const auto first = static_cast<std::size_t>(ffmpeg - argv.begin()) + 1;
  bool listens = false;  // the input that comes next
  for (const FfmpegArgument& argument : read_ffmpeg_arguments(std::span(argv).subspan(first))) {
    const bool is_option = argument.kind == FfmpegArgument::Kind::option;
    const bool is_published = is_option ? argument.name.ends_with("base_url")  // of a playlist
                                        : argument.kind == FfmpegArgument::Kind::output ||
                                              listens || asks_to_listen(argument.value);
    if (is_published) published[first + argument.end - 1] = true;
    listens = is_option && (listens || makes_listen(argument));
  }
  return published;
}

std::vector<std::string> words_of_command_text(const std::string& argument) {
  if (argument.find("ffmpeg ") == std::string::npos) return {};
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  for (const char c : argument + ' ') {
    if (quote != 0 ? c == quote : c == '"' || c == '\'') {
      quote = quote != 0 ? '\0' : c;
    } else if (quote == 0 && (c == ' ' || c == '\t' || c == '\n' || c == ';')) {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
    } else {
      word += c;
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words.size() > 1 ? words : std::vector<std::string>{};
}

}  // namespace supervisor
