#include "recovery/splice/cover.hpp"

#include <algorithm>
#include <utility>

namespace recovery::splice {

namespace {

// ITU-T H.265, 7.4.2.4.4: the next picture begins a sequence, also one that is no IDR picture and
// would be taken for the same picture twice.
constexpr std::array<std::uint8_t, 6> hevc_end_of_sequence = {0, 0, 0, 1, 36 << 1, 1};

constexpr Ticks longest_kept_group = 60 * ticks_per_second;

}  // namespace

void Cover::note(const ProgramStream& stream, const SourceFrame& frame, Ticks dts) {
  kind_ = stream.kind;
  codec_ = stream.codec;
  stream_id_ = frame.stream_id;
  if (kind_ == Kind::video) return note_picture(frame, dts);
  if (kind_ != Kind::audio) return;
  if (descriptors_ != stream.descriptors) descriptors_ = stream.descriptors;
  head_size_ = std::min(head_.size(), frame.payload.size());
  std::copy_n(frame.payload.begin(), head_size_, head_.begin());
}

void Cover::note_picture(const SourceFrame& frame, Ticks dts) {
  group_bytes_ += frame.payload.size();
  if (!frame.is_key) return;
  const bool is_kept = frame.payload.size() <= picture_limit;
  const bool has_group = key_at_ && dts > *key_at_ && dts - *key_at_ < longest_kept_group;
  if (has_group) {
    const std::uint64_t bytes = group_bytes_ - frame.payload.size();
    const auto group = static_cast<std::uint64_t>(dts - *key_at_);
    bytes_per_second_ = std::max<std::uint64_t>(bytes * ticks_per_second / group, 1);
  }
  picture_.clear();
  if (is_kept) append_as_first(picture_, frame.payload);
  key_at_ = dts;
  group_bytes_ = frame.payload.size();
}

void Cover::set_slate(std::shared_ptr<const Slate> slate) {
  if (slate && slate->codec != codec_) slate.reset();
  if (slate_ == slate) return;
  slate_ = std::move(slate);
  slate_picture_.clear();
  if (slate_) append_as_first(slate_picture_, slate_->picture);
}

// Repeated as often as its bytes allow: a line that carries the stream carries its cover.
Ticks Cover::pace() const {
  if (bytes_per_second_ == 0) return repeat_seldom;
  const std::uint64_t fair = shown().size() * ticks_per_second / bytes_per_second_;
  return std::clamp(static_cast<Ticks>(fair), repeat_every, repeat_seldom);
}

Bytes Cover::as_first(Bytes picture) {
  if (codec_ != Codec::hevc) return picture;
  first_.clear();
  append_as_first(first_, picture);
  return first_;
}

// The picture may have what goes before it.
void Cover::append_as_first(std::vector<std::uint8_t>& bytes, Bytes picture) const {
  constexpr auto& end = hevc_end_of_sequence;
  const bool has_end =
      picture.size() >= end.size() && std::equal(end.begin(), end.end(), picture.begin());
  if (codec_ == Codec::hevc && !has_end) bytes.insert(bytes.end(), end.begin(), end.end());
  bytes.insert(bytes.end(), picture.begin(), picture.end());
}

std::optional<SourceFrame> Cover::next() {
  SourceFrame frame;
  frame.kind = kind_;
  frame.stream_id = stream_id_;
  frame.is_key = true;
  frame.is_made_up = true;
  if (kind_ == Kind::video) {
    if (shown().empty()) return {};
    frame.payload = shown();
    frame.duration = pace();
    return frame;
  }
  make_silence();
  if (!silence_) return {};
  frame.payload = silence_->bytes;
  frame.duration = step();
  samples_ += silence_->samples;
  return frame;
}

Ticks Cover::step() {
  if (kind_ == Kind::video) return pace();
  make_silence();
  if (!silence_) return 0;
  const auto until = [&](std::uint64_t samples) {
    return static_cast<Ticks>(samples) * ticks_per_second / static_cast<Ticks>(silence_->rate);
  };
  return until(samples_ + silence_->samples) - until(samples_);
}

// Where there is none for the codec, nothing stands in for this sound.
void Cover::make_silence() {
  if (silence_ || head_size_ == 0) return;
  silence_ = silence_like(codec_, Bytes(head_).first(head_size_), descriptors_);
  if (!silence_) head_size_ = 0;
}

}  // namespace recovery::splice
