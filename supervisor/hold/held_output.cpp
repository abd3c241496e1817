#include "supervisor/hold/held_output.hpp"

#include <algorithm>

#include "monitor/text/ascii.hpp"
#include "monitor/text/url.hpp"
#include "supervisor/ffmpeg/output_streams.hpp"
#include "supervisor/hold/aac_header.hpp"
#include "supervisor/hold/output_codecs.hpp"
#include "supervisor/hold/output_legs.hpp"

namespace supervisor {

namespace {

using std::string_view;
using Words = std::vector<std::string>;

void add(Words& words, std::span<const std::string> more) {
  words.insert(words.end(), more.begin(), more.end());
}

bool is_picture_filter(const OutputOption& option) {
  return option.name == "bsf" || option.name == "vbsf" || option.name == "absf";
}

// FFmpeg would shift each of its outputs so that it begins at zero, each by something else; delay
// all by 0.7 s; and keep small PES packets back. Where a picture tells its length nobody need wait
// for the next one to have it. Where the sound of one input ends, FFmpeg would hold the picture of
// another back for 10 s (-max_interleave_delta); the sound that overtakes the picture instead,
// behind an encoder that looks ahead, is put in order by the splicer.
Words pipe_options(const FfmpegHelp& help) {
  Words options = {
      "-avoid_negative_ts", "disabled", "-flush_packets",        "1",     "-max_delay", "0",
      "-pes_payload_size",  "0",        "-max_interleave_delta", "200000"};
  const auto muxer = help.muxers.find("mpegts");
  if (muxer != help.muxers.end() && muxer->second.options.contains("omit_video_pes_length"))
    add(options, Words{"-omit_video_pes_length", "0"});
  return options;
}

// What comes in has its pictures first. An output that has its sound first is put back in order, so
// that the streams have the numbers that its options name them by.
Words maps_in_order(std::span<const OutputOption> options) {
  using Kind = StreamMap::Kind;
  std::vector<Kind> kinds;
  for (const OutputOption& option : options) {
    if (option.name == "map") kinds.push_back(read_stream_map(option.value).kind);
  }
  const auto pictures = std::ranges::find(kinds, Kind::picture);
  const auto is = [](Kind kind) { return [kind](Kind other) { return kind == other; }; };
  const bool sound_first = pictures != kinds.begin() && pictures != kinds.end() &&
                           std::all_of(kinds.begin(), pictures, is(Kind::audio)) &&
                           std::all_of(pictures, kinds.end(), is(Kind::picture));
  return sound_first ? Words{"-map", "0:a", "-map", "0:v"} : Words{};
}

// Takes one output apart.
class OutputTaker {
 public:
  OutputTaker(const CommandGroup& output, bool reads_rtp, const FfmpegHelp& help)
      : output_(output), reads_rtp_(reads_rtp), help_(help) {}

  HeldOutput take(std::span<const std::string> names) {
    legs_ = output_legs(output_.format, output_.url, output_.options, help_);
    for (std::size_t i = 0; i < legs_.legs.size(); ++i)
      held_.legs.push_back(
          {i < names.size() ? names[i] : std::string(), is_network(legs_.legs[i].url), {}});
    if (std::ranges::none_of(held_.legs, &HeldOutput::Leg::is_held)) return std::move(held_);
    for (std::size_t i = 0; i < held_.legs.size(); ++i) {
      if (held_.legs[i].is_held) publish(legs_.legs[i], held_.legs[i]);
    }
    choose_codecs();
    for (std::size_t i = 0; i < held_.legs.size(); ++i) {
      if (held_.legs[i].is_held) add_headers(legs_.legs[i], held_.legs[i]);
    }
    if (std::ranges::all_of(held_.legs, &HeldOutput::Leg::is_held)) {
      write_pipe();
    } else {
      write_tee();
    }
    return std::move(held_);
  }

 private:
  bool keeps_own_muxer() const {
    return !std::ranges::all_of(held_.legs, &HeldOutput::Leg::is_held);
  }

  // An option of a muxer that stands between FFmpeg and the one that is published with.
  bool is_of_outer_muxer(const OutputOption& option) const {
    if (output_.format != "fifo" && !legs_.is_tee) return false;
    const auto outer = help_.muxers.find(legs_.is_tee ? "tee" : "fifo");
    return outer != help_.muxers.end() &&
           outer->second.options.find(option.name) != outer->second.options.end();
  }

  OptionUser user(const OutputOption& option, const OutputLeg& leg) const {
    const std::string protocol = monitor::lowered(monitor::url_scheme(leg.url));
    return user_of(option, help_, muxer_name(leg.format, leg.url), protocol);
  }

  void publish(const OutputLeg& leg, HeldOutput::Leg& held) const {
    if (muxer_name(leg.format, leg.url).empty())
      throw CommandError("hold: the format of the output " + held.name +
                         " is not known from its URL: put -f FORMAT in front of it, as in -f flv");
    held.publication = {leg.maps, {}, leg.format, leg.url};
    for (const OutputOption& option : output_.options) {
      // What a tee with files does to the packets, it does for all its legs.
      if (option.name == "f" || is_of_outer_muxer(option) ||
          (keeps_own_muxer() && is_picture_filter(option)))
        continue;
      if (user(option, leg) != OptionUser::encoder) add(held.publication.options, option.words);
    }
    add(held.publication.options, leg.options);
    if (leg.maps.empty()) held.publication.maps = maps_in_order(output_.options);
  }

  void choose_codecs() {
    const OutputLeg& leg = legs_.legs.front();
    const std::string outer = legs_.is_tee               ? "tee"
                              : output_.format == "fifo" ? "fifo"
                                                         : muxer_name(leg.format, leg.url);
    const auto muxer = help_.muxers.find(outer);
    OutputCodecs codecs =
        output_codecs(output_.options, muxer == help_.muxers.end() ? nullptr : &muxer->second,
                      help_, held_.legs.front().name);
    if (!codecs.error.empty()) throw CommandError(codecs.error);
    held_.warnings = std::move(codecs.warnings);
    held_.words = std::move(codecs.words);
    picture_ = std::move(codecs.picture);
    sound_ = std::move(codecs.sound);
  }

  void add_headers(const OutputLeg& leg, HeldOutput::Leg& held) const {
    const std::string muxer = muxer_name(leg.format, leg.url);
    Words& options = held.publication.options;
    add(options, dash_tags(muxer, options, picture_, sound_));
    if (sound_ != "aac") return;
    const AacHeader header = aac_header(muxer, options, help_);
    if (!header.refusal.empty())
      throw CommandError("hold: the output " + held.name + ": " + header.refusal);
    add(options, header.options);
  }

  void write_pipe() {
    const auto is_encoders = [this](const OutputOption& option) {
      if (is_of_outer_muxer(option)) return false;
      return std::ranges::any_of(legs_.legs, [&](const OutputLeg& leg) {
        return user(option, leg) != OptionUser::publisher;
      });
    };
    add(held_.words, words_for_pipe(output_.options, is_encoders, reads_rtp_, help_));
  }

  // Files among the legs: the tee stays, with one leg for all that are held.
  void write_tee() {
    held_.words.clear();
    add(held_.words, output_.words.first(output_.words.size() - 1));
    held_.before = output_.url.starts_with("tee:") ? "tee:" : "";
    held_.before += "[f=mpegts";
    const Words options = pipe_options(help_);
    for (std::size_t i = 0; i + 1 < options.size(); i += 2)
      held_.before += ':' + options[i].substr(1) + '=' + options[i + 1];
    // With -flags +global_header, which the files need.
    if (!copies_picture(output_.options)) held_.before += ":bsfs/v=dump_extra=freq=keyframe";
    held_.before += ']';
    for (std::size_t i = 0; i < held_.legs.size(); ++i) {
      if (!held_.legs[i].is_held) held_.behind += '|' + escaped_for_tee(legs_.legs[i].tee_text);
    }
  }

  const CommandGroup& output_;
  bool reads_rtp_;
  const FfmpegHelp& help_;
  OutputLegs legs_;
  std::string picture_, sound_;  // codecs, as far as they are known
  HeldOutput held_;
};

}  // namespace

Words words_for_pipe(std::span<const OutputOption> options,
                     const std::function<bool(const OutputOption& option)>& is_encoders,
                     bool reads_rtp, const FfmpegHelp& help) {
  Words words;
  for (const OutputOption& option : options) {
    if (!is_encoders(option)) continue;
    if (option.name != "flags") {
      add(words, option.words);
      continue;
    }
    // Parameter sets belong into the stream.
    const std::string flags = without_global_header(option.value);
    if (!flags.empty()) add(words, Words{option.words.front(), flags});
  }
  // From RTSP they come beside the stream, and FFmpeg repeats them at an IDR only.
  if (reads_rtp && copies_picture(options)) add(words, Words{"-bsf:v", "dump_extra=freq=keyframe"});
  add(words, pipe_options(help));
  add(words, Words{"-f", "mpegts"});
  return words;
}

HeldOutput held_output(const CommandGroup& output, std::span<const std::string> names,
                       bool reads_rtp, const FfmpegHelp& help) {
  return OutputTaker(output, reads_rtp, help).take(names);
}

}  // namespace supervisor
