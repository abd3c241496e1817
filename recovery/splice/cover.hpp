#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "recovery/splice/program.hpp"
#include "recovery/splice/silence.hpp"
#include "recovery/splice/slate.hpp"
#include "recovery/splice/source.hpp"

namespace recovery::splice {

// What stands in for a stream of the programme that gets nothing: its last key frame again and
// again, or silence under the head of its last sound. Needs no process and fits whatever the
// encoder is: a decoder sees nothing new.
class Cover {
 public:
  // Bytes of a key frame that is kept; a greater one cannot stand in.
  static constexpr std::size_t picture_limit = 4 << 20;
  // Between two repeats of a picture, and where a stream's own rate allows no more.
  static constexpr Ticks repeat_every = ticks_per_second / 2;
  static constexpr Ticks repeat_seldom = ticks_per_second;

  // Of each frame that the programme is given, and when it is decoded.
  void note(const ProgramStream& stream, const SourceFrame& frame, Ticks dts);

  // From now on this picture stands in place of the last key frame. It has the stream's parameters.
  // Null, or of another codec: none.
  void set_slate(std::shared_ptr<const Slate> slate);
  bool has_slate() const { return slate_ != nullptr; }

  // Whether there is something to show or to hear.
  bool is_there() const { return kind_ == Kind::audio ? head_size_ > 0 : !shown().empty(); }
  // Of the last key frame; 0: none is kept.
  std::size_t picture_bytes() const { return picture_.size(); }

  // What is decoded by itself: of the last key frame, or of what stands in for it.
  Bytes picture(bool stands_in) const { return stands_in ? shown() : Bytes(picture_); }

  // How long the next frame stands; 0: the codec's silence is not known.
  Ticks step();
  // The next frame. `duration`: how long it is heard, or until the picture comes again. The payload
  // is valid until the next call of this object. Nothing: the codec's silence is not known.
  std::optional<SourceFrame> next();
  // A picture that follows another sequence than its own; valid as above.
  Bytes as_first(Bytes picture);
  // The next one is the first.
  void rewind() {
    samples_ = 0;
    silence_.reset();
  }

 private:
  void append_as_first(std::vector<std::uint8_t>& bytes, Bytes picture) const;
  void make_silence();
  void note_picture(const SourceFrame& frame, Ticks dts);
  Bytes shown() const { return has_slate() ? Bytes(slate_picture_) : Bytes(picture_); }
  Ticks pace() const;

  Kind kind_ = Kind::data;
  Codec codec_ = Codec::other;
  std::vector<std::uint8_t> descriptors_;
  std::uint8_t stream_id_ = 0;

  std::array<std::uint8_t, 16> head_{};  // of the last sound
  std::size_t head_size_ = 0;
  std::optional<SilentFrame> silence_;
  std::uint64_t samples_ = 0;  // of silence, since the first

  std::vector<std::uint8_t> picture_, first_;  // the last key frame; of another sequence
  std::optional<Ticks> key_at_;                // … its DTS
  std::uint64_t group_bytes_ = 0;              // since then
  std::uint64_t bytes_per_second_ = 0;

  std::shared_ptr<const Slate> slate_;
  std::vector<std::uint8_t> slate_picture_;  // as it is given
};

}  // namespace recovery::splice
