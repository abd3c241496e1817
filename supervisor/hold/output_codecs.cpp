#include "supervisor/hold/output_codecs.hpp"

#include <algorithm>

#include "supervisor/ffmpeg/output_streams.hpp"
#include "supervisor/hold/mpegts_codecs.hpp"

namespace supervisor {

namespace {

using std::string_view;

struct StreamType {
  char letter;
  string_view word;
  StreamMap::Kind kind;
  string_view carried;  // what to use instead
};
constexpr StreamType picture{'v', "video", StreamMap::Kind::picture, "libx264 or libx265"};
constexpr StreamType sound{'a', "audio", StreamMap::Kind::audio, "aac, libmp3lame or libopus"};

class Chooser {
 public:
  Chooser(std::span<const OutputOption> options, const FfmpegHelp::Muxer* muxer,
          const FfmpegHelp& help, const std::string& name)
      : options_(options), muxer_(muxer), help_(help), name_(name) {}

  OutputCodecs choose() {
    for (const OutputOption& option : options_) check(option);
    codecs_.picture = named(picture);
    codecs_.sound = named(sound);
    if (muxer_ == nullptr) return std::move(codecs_);
    choose(picture, muxer_->is_audio_only() ? "" : muxer_->video);
    choose(sound, muxer_->audio);
    if (!uncarried_.empty()) say_uncarried();
    return std::move(codecs_);
  }

 private:
  bool is_off(char letter) const { return has_option(options_, letter == 'v' ? "vn" : "an"); }

  void check(const OutputOption& option) {
    const auto type = chooses_codec_of(option);
    if (!type || (*type != '\0' && is_off(*type)) || !codecs_.error.empty()) return;
    const auto codec = help_.codec_of.find(option.value);
    if (codec == help_.codec_of.end() || is_carried_by_mpegts(codec->second)) return;
    codecs_.error = "hold: MPEG-TS, on which the encoder hands on what it makes, cannot carry " +
                    codec->second + " (" + option.words.front() + ' ' + std::string(option.value) +
                    " of the output " + name_ + "): use " +
                    std::string(*type == 'v' ? picture.carried : sound.carried) +
                    ", or leave hold out";
  }

  // What the last option for the type says, else what FFmpeg chooses.
  std::string named(const StreamType& type) const {
    if (is_off(type.letter)) return {};
    const OutputOption* last = nullptr;
    for (const OutputOption& option : options_) {
      const auto chosen = chooses_codec_of(option);
      if (chosen && (*chosen == type.letter || *chosen == '\0')) last = &option;
    }
    if (last == nullptr) {
      if (muxer_ == nullptr || !is_mapped(type.kind)) return {};
      return type.letter == 'a' ? muxer_->audio : muxer_->video;
    }
    const auto codec = help_.codec_of.find(last->value);
    return codec == help_.codec_of.end() ? std::string() : codec->second;
  }

  // For all streams of the type: `-c:a:1 aac` leaves the others to FFmpeg.
  bool is_chosen(char letter) const {
    return std::ranges::any_of(options_, [letter](const OutputOption& option) {
      const auto type = chooses_codec_of(option);
      return type && option.specifier.size() <= 1 && (*type == letter || *type == '\0');
    });
  }

  bool is_mapped(StreamMap::Kind kind) const {
    if (!has_option(options_, "map")) return true;
    return std::ranges::any_of(options_, [kind](const OutputOption& option) {
      if (option.name != "map") return false;
      const StreamMap::Kind mapped = read_stream_map(option.value).kind;
      return mapped == kind || mapped == StreamMap::Kind::both || mapped == StreamMap::Kind::label;
    });
  }

  void choose(const StreamType& type, const std::string& codec) {
    if (is_off(type.letter) || is_chosen(type.letter)) return;
    if (codec.empty()) {
      // FFmpeg chooses no stream for a format that takes none.
      if (!has_option(options_, "map"))
        codecs_.words.push_back('-' + std::string(1, type.letter) + 'n');
      return;
    }
    if (!is_mapped(type.kind)) return;
    codecs_.words.insert(codecs_.words.end(), {"-c:" + std::string(1, type.letter), codec});
    if (is_carried_by_mpegts(codec)) {
      carries_any_ = true;
    } else {
      uncarried_.push_back({type, codec});
    }
  }

  // Whether one of them is chosen is not known before FFmpeg has read the inputs, but an output
  // must have a stream.
  void say_uncarried() {
    std::string types, codecs, options, without;
    for (const auto& [type, codec] : uncarried_) {
      const std::string letter(1, type.letter);
      types += (types.empty() ? "" : " and ") + std::string(type.word);
      codecs += (codecs.empty() ? "" : " and ") + codec;
      options += " -c:" + letter + ' ' + std::string(type.carried) + ',';
      without += " or -" + letter + 'n';
    }
    const std::string sentence = "hold: the output " + name_ + " names no codec for " + types +
                                 ", and FFmpeg's own choice for its format, " + codecs +
                                 ", cannot be carried by MPEG-TS: give it" + options + without;
    const bool has_other = carries_any_ || std::ranges::any_of(options_, [](const auto& option) {
                             return chooses_codec_of(option).has_value();
                           });
    if (has_other) {
      codecs_.warnings.push_back(sentence);
    } else if (codecs_.error.empty()) {
      codecs_.error = sentence;
    }
  }

  struct Uncarried {
    StreamType type;
    std::string codec;
  };

  std::span<const OutputOption> options_;
  const FfmpegHelp::Muxer* muxer_;
  const FfmpegHelp& help_;
  const std::string& name_;
  std::vector<Uncarried> uncarried_;
  bool carries_any_ = false;
  OutputCodecs codecs_;
};

}  // namespace

bool has_option(std::span<const OutputOption> options, string_view name) {
  return std::ranges::find(options, name, &OutputOption::name) != options.end();
}

bool copies_picture(std::span<const OutputOption> options) {
  bool copies = false;
  for (const OutputOption& option : options) {
    const auto type = chooses_codec_of(option);
    if (type && (*type == 'v' || *type == '\0')) copies = option.value == "copy";
  }
  return copies && !has_option(options, "vn");
}

OutputCodecs output_codecs(std::span<const OutputOption> options, const FfmpegHelp::Muxer* muxer,
                           const FfmpegHelp& help, const std::string& name) {
  return Chooser(options, muxer, help, name).choose();
}

}  // namespace supervisor
