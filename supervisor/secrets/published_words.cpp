#include "supervisor/secrets/published_words.hpp"

#include <algorithm>
#include <span>
#include <string_view>

#include "supervisor/ffmpeg/endpoint_options.hpp"
#include "supervisor/ffmpeg/ffmpeg_options.hpp"
#include "supervisor/ffmpeg/launch_wrapper.hpp"

namespace supervisor {

namespace {

bool is_ffmpeg(const std::string& word) {
  return base_name(word).starts_with("ffmpeg");
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
  EndpointOptions options;  // of the input or output that comes next
  for (const FfmpegArgument& argument : read_ffmpeg_arguments(std::span(argv).subspan(first))) {
    // To an input that FFmpeg listens for somebody else publishes; a playlist has its base URL.
    const bool is_published =
        argument.kind == FfmpegArgument::Kind::option
            ? argument.name.ends_with("base_url")
            : argument.kind == FfmpegArgument::Kind::output || options.listens(argument.value);
    if (is_published) published[first + argument.end - 1] = true;
    options.read(argument.name, argument.value);
    if (argument.kind != FfmpegArgument::Kind::option) options = {};
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
