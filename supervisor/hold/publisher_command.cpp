#include "supervisor/hold/publisher_command.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "supervisor/ffmpeg/launch_wrapper.hpp"
#include "supervisor/hold/output_legs.hpp"

namespace supervisor {

namespace {

using Words = std::vector<std::string>;

void add(Words& words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
}

// FFmpeg's options for the whole program, as far as they are for a publisher too.
Words program_options(const FfmpegCommand& command) {
  constexpr auto shared = std::to_array<std::string_view>(
      {"hide_banner", "loglevel", "v", "copy_unknown", "ignore_unknown"});
  const std::span<const std::string> words = command.endpoints().arguments;
  Words options;
  std::size_t begin = 0;
  for (const FfmpegArgument& argument : command.arguments()) {
    const auto own = words.subspan(begin, argument.end - begin);
    begin = argument.end;
    const bool is_shared = std::ranges::find(shared, argument.name) != shared.end();
    if (argument.kind == FfmpegArgument::Kind::option && is_shared)
      options.insert(options.end(), own.begin(), own.end());
  }
  return options;
}

bool has(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

}  // namespace

Words publishing_program(const FfmpegCommand& encoder) {
  const Words& argv = encoder.argv();
  Words words = lasting_wrappers(argv);
  words.push_back(argv[argv.size() - encoder.endpoints().arguments.size() - 1]);
  return words;
}

Words publisher_command(const FfmpegCommand& encoder, const Publication& publication) {
  Words words = publishing_program(encoder);
  const Words of_program = program_options(encoder);
  add(words, of_program);
  // The analysis ends as soon as each stream that the PMT names has shown its parameters, and its
  // rate over two frames. Else FFmpeg goes on looking for streams for 5 to 7 s; and with a short
  // -analyzeduration it would begin without a picture that has 2 frames a second.
  add(words, {"-analyzeduration", "5000000", "-scan_all_pmts", "0", "-fpsprobesize", "2", "-f",
              "mpegts", "-i", "pipe:0"});
  add(words, publication.maps.empty() ? Words{"-map", "0"} : publication.maps);
  if (!has(of_program, "-copy_unknown") && !has(of_program, "-ignore_unknown"))
    words.emplace_back(muxer_name(publication.format, publication.url) == "mpegts"
                           ? "-copy_unknown"
                           : "-ignore_unknown");
  add(words, {"-c", "copy"});
  // One silent stream else holds the others back for 10 s.
  if (!has(publication.options, "-max_interleave_delta"))
    add(words, {"-max_interleave_delta", "500000"});
  add(words, publication.options);
  if (!publication.format.empty()) add(words, {"-f", publication.format});
  words.push_back(publication.url);
  return words;
}

}  // namespace supervisor
