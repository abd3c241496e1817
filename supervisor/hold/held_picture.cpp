#include "supervisor/hold/held_picture.hpp"

#include <string_view>
#include <utility>

#include "monitor/jpeg.hpp"
#include "supervisor/ffmpeg/preview_command.hpp"
#include "supervisor/stream/picture_file.hpp"

namespace supervisor {

using recovery::splice::Codec;

namespace {

// The name of FFmpeg's demuxer for the bare stream.
const char* format_of(Codec codec) {
  switch (codec) {
    case Codec::h264:
      return "h264";
    case Codec::hevc:
      return "hevc";
    case Codec::mpeg2_video:
      return "mpegvideo";
    default:
      return nullptr;
  }
}

}  // namespace

std::vector<std::string> picture_command(const PicturePlan& plan, Codec codec, int descriptor) {
  const char* format = format_of(codec);
  if (format == nullptr) return {};
  const std::vector<std::string> input{
      "-nostdin",        "-hide_banner", "-v",       "error", "-threads", "1",  "-flags",
      "+output_corrupt", "-max_pixels",  pixels_max, "-f",    format,     "-i", "pipe:0"};
  const std::vector<std::string> output{"-frames:v",
                                        "1",
                                        "-vf",
                                        small_picture_filters(),
                                        "-c:v",
                                        "mjpeg",
                                        "-threads",
                                        "1",
                                        "-color_range",
                                        "pc",
                                        "-strict",
                                        "unofficial",
                                        "-q:v",
                                        "5",
                                        "-f",
                                        "image2pipe",
                                        "pipe:" + std::to_string(descriptor)};
  std::vector<std::string> words = plan.program;
  words.insert(words.end(), input.begin(), input.end());
  words.insert(words.end(), output.begin(), output.end());
  return words;
}

HeldPicture::HeldPicture(Context context)
    : context_(std::move(context)),
      next_(context_.clock.make_timer(context_.services.loop.executor())),
      limit_(context_.clock.make_timer(context_.services.loop.executor())) {
}

void HeldPicture::configure(std::optional<PicturePlan> plan) {
  if (plan_ == plan) return;
  plan_ = std::move(plan);
  newest_.reset();
  told_.clear();
  ++runs_;
  decoding_.reset();
  limit_->cancel();
  next_->cancel();
  arm();
}

void HeldPicture::arm() {
  if (!plan_) return;
  next_->set(context_.clock.now() + (newest_ ? plan_->interval : first_interval),
             [this] { on_timer(); });
}

void HeldPicture::on_timer() {
  arm();
  if (!decoding_) context_.ask();
}

// A frame that is repeated is decoded once.
void HeldPicture::take(const RelayKeyFrame& frame) {
  if (!plan_ || decoding_ || frame.bytes.empty()) return;
  given_at_ = context_.clock.wall() - std::chrono::duration_cast<recovery::WallTime::duration>(
                                          context_.clock.now() - frame.at);
  decoded_frame_ = std::hash<std::string>()(frame.bytes);
  if (newest_ && decoded_frame_ == shown_frame_) return show(newest_->jpeg);
  decode(frame);
}

void HeldPicture::decode(const RelayKeyFrame& frame) {
  const auto command = picture_command(*plan_, frame.codec, PictureEncoding::descriptor);
  if (command.empty()) return give_up("its codec is none of H.264, HEVC and MPEG-2");
  // Not from within the child's own call.
  const auto end_later = context_.services.loop.callback(
      weak_from_this(), [run = ++runs_](HeldPicture& self, PictureEncoding::Result result) {
        if (self.runs_ == run) self.end_decoding(std::move(result));
      });
  std::string error;
  decoding_ = PictureEncoding::begin(context_.launch, command, frame.bytes, end_later, error);
  if (!decoding_) return give_up(error);
  limit_->set(context_.clock.now() + decoding_limit, [this] {
    ++runs_;
    decoding_.reset();
    give_up("FFmpeg did not decode it within 5 s");
  });
}

void HeldPicture::end_decoding(PictureEncoding::Result result) {
  decoding_.reset();
  limit_->cancel();
  const std::string trouble = trouble_of(result);
  if (!trouble.empty()) return give_up(trouble);
  shown_frame_ = decoded_frame_;
  show(std::make_shared<const std::string>(result.media.begin(), result.media.end()));
}

std::string HeldPicture::trouble_of(const PictureEncoding::Result& result) const {
  if (!result.error.empty()) return result.error;
  const std::string jpeg(result.media.begin(), result.media.end());
  const bool is_good = jpeg.size() <= PictureFile::limit && monitor::is_whole_jpeg(jpeg);
  return is_good ? std::string() : "FFmpeg made no whole picture of it";
}

void HeldPicture::show(std::shared_ptr<const std::string> jpeg) {
  const bool is_first = !newest_;
  newest_ = http::Picture{std::move(jpeg), given_at_};
  told_.clear();
  if (is_first) arm();
  if (context_.on_picture) context_.on_picture();
}

// Once, however often it is tried.
void HeldPicture::give_up(const std::string& trouble) {
  if (std::exchange(told_, trouble) == trouble) return;
  context_.services.log.write(LogLevel::warning, "picture_failed", context_.stream,
                              "No picture of what goes out: " + trouble);
}

}  // namespace supervisor
