#include "supervisor/ffmpeg/content_command.hpp"

#include <algorithm>
#include <cstdio>

#include "supervisor/ffmpeg/output_streams.hpp"
#include "supervisor/ffmpeg/preview_command.hpp"

namespace supervisor {

namespace {

using MapKind = StreamMap::Kind;
using Words = std::vector<std::string>;

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

// A new graph (the source's format has changed) has no memory of the last one, so it begins by
// marking the end of the condition.
std::string begin_with(const std::string& prefix, const std::string& key) {
  return prefix + "metadata=add:key=lavfi." + key + ":value=0:enable='eq(n,0)',";
}

// A line in one write each, past the buffer.
std::string print_to(const std::string& prefix, int pipe_fd) {
  return prefix + "metadata=print:file='pipe\\:" + std::to_string(pipe_fd) + "':direct=1";
}

// Metadata of the source's own is not ours to print: it might look like a block of progress.
std::string silence_filters(const monitor::Content::Silence& silence, int pipe_fd) {
  return "ametadata=delete," + begin_with("a", "silence_end") +
         "silencedetect=noise=" + number_text(silence.noise_db) +
         "dB:duration=" + ffmpeg_time(silence.duration) + ',' + print_to("a", pipe_fd);
}

// Five pictures a second are enough and cost a fifth of all of them.
std::string picture_filters(const monitor::Content& content, bool all, int pipe_fd) {
  std::string filters;
  if (!all) filters += "select='isnan(prev_selected_t)+gte(abs(t-prev_selected_t),0.2)',";
  filters += "metadata=delete,";
  if (const auto& frozen = content.frozen_picture)
    filters += begin_with("", "freezedetect.freeze_end") +
               "freezedetect=n=" + number_text(frozen->noise_db) +
               "dB:d=" + ffmpeg_time(frozen->duration) + ',';
  if (const auto& black = content.black)
    filters += begin_with("", "black_end") + "blackdetect=d=" + ffmpeg_time(black->duration) + ',';
  return filters + print_to("", pipe_fd);
}

ContentOutput nothing(const std::string& why) {
  ContentOutput result;
  result.warnings.push_back(why);
  return result;
}

class Writer {
 public:
  Writer(const StreamLayout& layout, const OutputStreams& output, const monitor::Content& content,
         const monitor::Preview& preview, int pipe_fd)
      : layout_(layout), output_(output), content_(content), preview_(preview), pipe_fd_(pipe_fd) {}

  ContentOutput write() {
    listens_ = content_.silence && output_.has_audio;
    measures_ = preview_.level && output_.has_audio;
    looks_ = wants_picture() && output_.has_picture && !layout_.keeps_on_card;
    shows_ = preview_.picture && no_preview_reason(layout_, output_).empty();
    warn();
    if (!hears() && !sees()) return std::move(result_);
    result_.at = layout_.outputs.back().end;
    add_maps();
    add({"-sn", "-dn"});
    add_audio();
    add_picture();
    for (const std::string& word : output_.times) add({word});
    if (output_.shortest) add({"-shortest"});
    add(shows_ ? preview_output(*preview_.picture) : Words{"-f", "null", "-"});
    return std::move(result_);
  }

 private:
  bool wants_picture() const { return content_.frozen_picture || content_.black; }
  bool hears() const { return listens_ || measures_; }
  bool sees() const { return looks_ || shows_; }

  void add(const Words& words) {
    result_.words.insert(result_.words.end(), words.begin(), words.end());
  }

  void warn() {
    if (content_.silence && !listens_)
      result_.warnings.emplace_back(
          "content.silence: the command's output has no audio, so silence is not looked for");
    if (wants_picture() && !output_.has_picture)
      result_.warnings.emplace_back(
          "content.frozen_picture, content.black: the command's output has no picture to look at");
    else if (wants_picture() && !looks_)
      result_.warnings.emplace_back(
          "content.frozen_picture, content.black: with -hwaccel_output_format the pictures stay on "
          "the graphics card, where they cannot be looked at");
    warn_of_preview();
    if (layout_.has_graph && (hears() || sees()))
      result_.warnings.emplace_back(
          "content: what -filter_complex makes can be used only once, so the inputs are looked at "
          "in its place");
  }

  void warn_of_preview() {
    if (preview_.level && !measures_)
      result_.warnings.emplace_back(
          "preview.level: the command's output has no audio, so no level is measured");
    if (preview_.picture && !shows_)
      result_.warnings.push_back("preview.picture: " + no_preview_reason(layout_, output_));
  }

  // A tee takes no stream that it is not given: those that FFmpeg would choose.
  void add_maps_of_tee() {
    if (output_.has_picture) add({"-map", "0:V:0?"});
    if (output_.has_audio) add({"-map", "0:a:0?"});
  }

  void add_maps() {
    if (shows_ && output_.maps.empty() && !layout_.has_graph) return add_maps_of_tee();
    const bool is_chosen = layout_.has_graph && (has_endless_input() || shows_);
    if (output_.maps.empty() && !is_chosen) return;
    for (const StreamMap& map : output_.maps)
      if (map.kind != MapKind::label && map.kind != MapKind::neither)
        add({"-map", std::string(map.value)});
    if (!layout_.has_graph) return;
    add_inputs(MapKind::picture, ":v:0?");
    add_inputs(MapKind::audio, ":a:0?");
  }

  // In place of the labels of a graph; an endless input would not end where the graph's output
  // does.
  void add_inputs(MapKind kind, const std::string& specifier) {
    const bool is_mapped = std::ranges::any_of(output_.maps, [kind](const StreamMap& map) {
      return map.kind == kind || map.kind == MapKind::both;
    });
    if (is_mapped) return;
    const auto& endless = layout_.endless_inputs;
    const bool all_endless = std::ranges::find(endless, false) == endless.end();
    for (std::size_t i = 0; i < endless.size(); ++i)
      if (all_endless || !endless[i]) add({"-map", std::to_string(i) + specifier});
  }

  bool has_endless_input() const {
    const auto& endless = layout_.endless_inputs;
    return std::ranges::find(endless, true) != endless.end();
  }

  void add_audio() {
    if (!hears())
      return add(
          leave_out("a", output_.has_audio, is_certain(MapKind::picture, output_.has_audio)));
    if (shows_ && !output_.maps.empty()) add({"-c:a", "copy"});
    if (shows_) add({"-c:a:0", "pcm_s16le"});
    std::string filters;
    if (listens_) filters = silence_filters(*content_.silence, pipe_fd_);
    if (listens_ && measures_) filters += ',';
    if (measures_) filters += level_filters(pipe_fd_);
    add({"-filter:a:0", filters});
  }

  void add_picture() {
    if (shows_ && !output_.maps.empty()) add({"-c:v", "copy"});
    if (sees())
      add({"-filter:v:0", video_filters()});
    else
      add(leave_out("v", output_.has_picture, is_certain(MapKind::audio, output_.has_picture)));
  }

  std::string video_filters() const {
    std::string filters;
    if (looks_) filters = picture_filters(content_, needs_all_pictures(), pipe_fd_);
    if (looks_ && shows_) filters += ',';
    if (shows_) filters += preview_filters(*preview_.picture);
    return filters;
  }

  // The streams not looked at. Copied they cost next to nothing, and keep the output from being
  // without a stream, with which FFmpeg would not start.
  Words leave_out(const std::string& letter, bool has, bool other_is_certain) const {
    const bool is_sure = other_is_certain && !output_.shortest && !shows_;
    const bool is_free = !layout_.has_graph && (!has || is_sure);
    if (is_free) return {'-' + letter + 'n'};
    return {"-c:" + letter, "copy"};
  }

  // Whether FFmpeg would not have started without a stream of this kind.
  bool is_certain(MapKind kind, bool has_others) const {
    if (!has_others) return true;
    return std::ranges::none_of(
               output_.maps, [](const StreamMap& map) { return map.kind == MapKind::negative; }) &&
           std::ranges::any_of(output_.maps, [kind](const StreamMap& map) {
             return map.kind == kind && !map.optional;
           });
  }

  // FFmpeg up to 6.1 reads next the input of the stream that lags behind: with two inputs in real
  // time the thinned-out pictures made both come 0.13 s late, all of them not at all. A -vsync
  // would fill up what was left out, and count it as duplicated.
  bool needs_all_pictures() const {
    return layout_.endless_inputs.size() > 1 || layout_.sets_vsync;
  }

  const StreamLayout& layout_;
  const OutputStreams& output_;
  const monitor::Content& content_;
  const monitor::Preview& preview_;
  int pipe_fd_;
  bool listens_ = false;   // for silence
  bool measures_ = false;  // the level
  bool looks_ = false;     // for a frozen or black picture
  bool shows_ = false;     // a picture now and then
  ContentOutput result_;
};

}  // namespace

ContentOutput content_output(std::span<const FfmpegArgument> arguments,
                             const monitor::Content& content, int pipe_fd,
                             const monitor::Preview& preview) {
  if (!content.any() && !preview.any()) return {};
  const StreamLayout layout = read_stream_layout(arguments);
  if (layout.outputs.empty()) return {};
  const std::string key = content.any() ? "content: " : "preview: ";
  if (layout.endless_inputs.empty()) return nothing(key + "the command has no input to look at");
  if (!layout.names_inputs)
    return nothing(
        key +
        "-filter_complex takes inputs that it does not name, and from 7.0 on FFmpeg gives it only "
        "streams that nothing else looks at, so the content is not looked at: name them, as in "
        "[0:v]scale=640:-2[v]");
  const auto output = std::ranges::find(layout.outputs, false, &OutputStreams::is_counted);
  if (output == layout.outputs.end())
    return nothing(
        key +
        "the command's output ends at a size or a number of frames (-fs, -frames), which cannot be "
        "followed, so its content is not looked at");
  return Writer(layout, *output, content, preview, pipe_fd).write();
}

}  // namespace supervisor
