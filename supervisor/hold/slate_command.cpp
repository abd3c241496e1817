#include "supervisor/hold/slate_command.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "supervisor/hold/picture_encoding.hpp"

namespace supervisor {

using recovery::splice::Codec;
using recovery::splice::VideoParameters;

namespace {

using Words = std::vector<std::string>;

constexpr std::string_view dark = "0x14181d";
// From here on players take colours without a description for BT.709.
constexpr std::uint32_t high_definition = 720;

std::string codec_name(Codec codec) {
  switch (codec) {
    case Codec::h264:
      return "H.264";
    case Codec::hevc:
      return "HEVC";
    case Codec::mpeg2_video:
      return "MPEG-2";
    default:
      return "its codec";
  }
}

// ITU-T H.264, A.2; by libx264's names.
std::string x264_profile(std::uint32_t profile) {
  switch (profile) {
    case 66:
      return "baseline";
    case 77:
      return "main";
    case 100:
      return "high";
    case 110:
      return "high10";
    case 122:
      return "high422";
    case 244:
      return "high444";
    default:
      return {};
  }
}

std::string sampling(std::uint32_t chroma) {
  constexpr std::array<std::string_view, 4> names = {"4:0:0", "4:2:0", "4:2:2", "4:4:4"};
  return std::string(chroma < names.size() ? names[chroma] : "?");
}

// Empty where FFmpeg's encoders have none.
std::string pixel_format(const VideoParameters& picture) {
  constexpr std::array<std::string_view, 4> names = {"gray", "yuv420p", "yuv422p", "yuv444p"};
  const bool is_deep = picture.bit_depth == 10 || picture.bit_depth == 12;
  if (picture.chroma >= names.size() || (picture.bit_depth != 8 && !is_deep)) return {};
  const std::string depth = is_deep ? std::to_string(picture.bit_depth) + "le" : "";
  return std::string(names[picture.chroma]) + depth;
}

// libx264 writes the profile that its tools need. Its parameter sets have numbers of their own:
// they do not take the place of the encoder's, for decoders that keep those from before.
std::string x264_tools(std::uint32_t profile) {
  const bool is_baseline = profile == 66;
  const bool has_8x8 = profile >= 100;
  return std::string("sps-id=15:ref=1:bframes=0:weightp=0:cabac=") + (is_baseline ? "0" : "1") +
         ":8x8dct=" + (has_8x8 ? "1" : "0");
}

Words encoder_words(Codec codec, const VideoParameters& picture) {
  if (codec == Codec::hevc)
    return {"-c:v", "libx265", "-x265-params", "log-level=error:pools=none:frame-threads=1"};
  Words words{"-c:v",         "libx264",
              "-threads",     "1",
              "-x264-params", x264_tools(picture.profile),
              "-profile:v",   x264_profile(picture.profile)};
  if (picture.is_interlaced) words.insert(words.end(), {"-flags", "+ildct+ilme"});
  return words;
}

// About how many letters wide; those of Latin, Greek and Cyrillic are half as wide as high.
double width_of(std::string_view line) {
  double width = 0;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    const bool continues = (byte & 0xc0U) == 0x80;
    if (!continues) width += byte >= 0xe0 ? 1.05 : 0.62;
  }
  return width;
}

int font_size(const std::string& text, const VideoParameters& picture) {
  double widest = 1;
  double lines = 0;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    widest = std::max(widest, width_of(std::string_view(text).substr(at, end - at)));
    ++lines;
    at = end + 1;
  }
  const double by_height = std::min(picture.height / 9.0, picture.height * 0.8 / (lines * 1.25));
  return std::max(6, static_cast<int>(std::min(by_height, picture.width * 0.9 / widest)));
}

std::string text_filter(const SlatePlan& plan, const VideoParameters& picture) {
  const bool is_alone = plan.image.empty();
  return ",drawtext=textfile=/dev/stdin:expansion=none:fontcolor=white:fontsize=" +
         std::to_string(font_size(plan.text, picture)) + ":x=(w-text_w)/2:y=" +
         (is_alone ? "(h-text_h)/2" : "h-text_h-h/12:box=1:boxcolor=black@0.6:boxborderw=8");
}

// Composed in RGB: an image may have an odd size, and parts that one sees through.
std::string graph_of(const SlatePlan& plan, const VideoParameters& picture) {
  const std::string width = std::to_string(picture.width), height = std::to_string(picture.height);
  std::string graph = "color=c=" + std::string(dark) + ":s=" + width + "x" + height + ":r=25";
  if (!plan.image.empty()) {
    graph += "[card];[0:v:0]scale=w=" + width + ":h=" + height +
             ":force_original_aspect_ratio=decrease,setsar=1,format=rgba[image];"
             "[card][image]overlay=x=(W-w)/2:y=(H-h)/2:format=rgb";
  }
  graph += ",format=rgb24";
  if (!plan.text.empty()) graph += text_filter(plan, picture);
  const bool is_high = picture.height >= high_definition;
  return graph + ",scale=out_color_matrix=" + (is_high ? "bt709" : "bt601") +
         ":out_range=tv,format=" + pixel_format(picture) +
         ",setparams=colorspace=unknown:color_primaries=unknown:color_trc=unknown[slate]";
}

}  // namespace

std::string describe(Codec codec, const VideoParameters& parameters) {
  return codec_name(codec) + ' ' + std::to_string(parameters.width) + 'x' +
         std::to_string(parameters.height) + ", profile " + std::to_string(parameters.profile) +
         ", " + sampling(parameters.chroma) + ", " + std::to_string(parameters.bit_depth) + " bit" +
         (parameters.is_interlaced ? ", interlaced" : "");
}

std::string no_slate_for(Codec codec, const VideoParameters& parameters) {
  if (codec != Codec::h264 && codec != Codec::hevc) return "slates are H.264 or HEVC";
  if (codec == Codec::h264 && x264_profile(parameters.profile).empty())
    return "libx264 does not encode this profile";
  if (codec == Codec::hevc && parameters.is_interlaced) return "libx265 encodes no such fields";
  if (pixel_format(parameters).empty()) return "FFmpeg's encoders take no such samples";
  return {};
}

std::vector<std::string> slate_command(const SlatePlan& plan, Codec codec,
                                       const VideoParameters& parameters, int quantizer,
                                       int descriptor) {
  Words words = plan.program;
  const auto add = [&](const Words& more) { words.insert(words.end(), more.begin(), more.end()); };
  add({"-nostdin", "-hide_banner", "-v", "error", "-xerror"});
  if (!plan.image.empty()) add({"-max_pixels", pixels_max, "-i", "file:" + plan.image});
  add({"-filter_complex_threads", "1", "-filter_complex", graph_of(plan, parameters), "-map",
       "[slate]", "-frames:v", "1"});
  add(encoder_words(codec, parameters));
  add({"-crf", std::to_string(quantizer), "-f", "mpegts", "pipe:" + std::to_string(descriptor)});
  return words;
}

}  // namespace supervisor
