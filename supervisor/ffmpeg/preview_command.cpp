#include "supervisor/ffmpeg/preview_command.hpp"

#include <algorithm>

namespace supervisor {

namespace {

using Words = std::vector<std::string>;

constexpr int placeholder = 1'999'999'999;  // a number that no descriptor has
constexpr const char* instead = "; with hold: true it is made of what goes out";

std::string seconds_text(monitor::Duration interval) {
  return std::to_string(
      std::max<long long>(1, std::chrono::round<std::chrono::seconds>(interval).count()));
}

}  // namespace

std::string level_filters(int pipe_fd) {
  return "ametadata=delete,"
         "astats=metadata=1:reset=32:measure_perchannel=none:"
         "measure_overall=RMS_level+Peak_level,"
         "ametadata=print:file='pipe\\:" +
         std::to_string(pipe_fd) + "':direct=1:enable='eq(mod(n,32),31)'";
}

// In the colours of JPEG: BT.601, all values.
std::string small_picture_filters() {
  return "scale=w='min(320,trunc(iw*sar/2)*2)':h='min(640,max(2,trunc(ow/dar/2)*2))':"
         "out_range=pc:out_color_matrix=bt601,format=yuv420p,setsar=1";
}

// The times are whole intervals, so that an output of that rate neither repeats nor drops one, and
// never lie ahead of the stream: FFmpeg reports the latest time of all its outputs as its own.
std::string preview_filters(monitor::Duration interval) {
  const std::string every = seconds_text(interval);
  return "select='isnan(prev_selected_t)+not(eq(floor(t/" + every + "),floor(prev_selected_t/" +
         every + ")))'," + small_picture_filters() + ",setpts='floor(T/" + every + ")*" + every +
         "/TB'";
}

std::string picture_file_name(int number) {
  return "/proc/self/fd/" + std::to_string(number);
}

bool writes_picture(const Words& argv) {
  return std::ranges::any_of(argv, [](const std::string& word) {
    return word.find(picture_file_name(placeholder)) != std::string::npos;
  });
}

Words with_picture_file(Words argv, int number) {
  const std::string name = picture_file_name(placeholder);
  for (std::string& word : argv) {
    const std::size_t at = word.find(name);
    if (at != std::string::npos) word.replace(at, name.size(), picture_file_name(number));
  }
  return argv;
}

// One thread: with more the encoder gives a picture only with a later one. No packet waits for
// those of other streams, which come far more often.
Words preview_output(monitor::Duration interval) {
  return {"-c:v:0",
          "mjpeg",
          "-threads:v:0",
          "1",
          "-color_range:v:0",
          "pc",
          "-strict:v:0",
          "unofficial",
          "-r:v:0",
          "1/" + seconds_text(interval),
          "-q:v:0",
          "5",
          "-max_interleave_delta",
          "1",
          "-f",
          "tee",
          "[f=image2:update=1:select=\\'v:0\\':onfail=ignore]" + picture_file_name(placeholder) +
              "|[f=null]-"};
}

std::string no_preview_reason(const StreamLayout& layout, const OutputStreams& output) {
  if (!output.has_picture) return "the command's output has no picture";
  if (layout.keeps_on_card)
    return "with -hwaccel_output_format the pictures stay on the graphics card" +
           std::string(instead);
  if (layout.endless_inputs.size() > 1)
    return "of a command with several inputs none is made, since FFmpeg would read one of them "
           "late" +
           std::string(instead);
  if (layout.sets_vsync)
    return "with -vsync FFmpeg takes no output of another rate" + std::string(instead);
  if (output.shortest || !output.times.empty())
    return "with -shortest, -ss, -t or -to FFmpeg would end later than without" +
           std::string(instead);
  return {};
}

}  // namespace supervisor
