#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/snapshot.hpp"
#include "supervisor/child/child.hpp"
#include "supervisor/hold/picture_encoding.hpp"
#include "supervisor/relay/relay.hpp"
#include "supervisor/thread/clock.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// How the small picture of a held stream is made.
struct PicturePlan {
  std::vector<std::string> program;  // the stream's FFmpeg, with wrappers in front of it
  monitor::Duration interval{};      // from one to the next

  bool operator==(const PicturePlan&) const = default;
};

// The small picture of what a held stream puts out: has the last key frame that the outputs were
// given decoded by an FFmpeg of its own, one at a time, for a few seconds at most. What cannot be
// decoded is said once; nothing waits for it. For the loop's thread.
class HeldPicture : public std::enable_shared_from_this<HeldPicture> {
 public:
  struct Context {
    const Services& services;
    ChildLauncher launch;
    const Clock& clock;
    std::string stream;
    // take() answers it, later.
    std::function<void()> ask;
    std::function<void()> on_picture;  // there is a newer one; may be empty
  };

  static constexpr monitor::Duration decoding_limit = std::chrono::seconds(5);
  // Until there is one.
  static constexpr monitor::Duration first_interval = std::chrono::seconds(5);

  // Everything in the context must outlive it.
  explicit HeldPicture(Context context);

  // Nothing: none is made any more, and the last is forgotten.
  void configure(std::optional<PicturePlan> plan);
  void take(const RelayKeyFrame& frame);
  const std::optional<http::Picture>& newest() const { return newest_; }

 private:
  void arm();
  void on_timer();
  void decode(const RelayKeyFrame& frame);
  void end_decoding(PictureEncoding::Result result);
  void show(std::shared_ptr<const std::string> jpeg);
  void give_up(const std::string& trouble);
  std::string trouble_of(const PictureEncoding::Result& result) const;

  const Context context_;
  std::optional<PicturePlan> plan_;
  std::optional<http::Picture> newest_;
  std::size_t shown_frame_ = 0;    // a hash of the key frame that it was made of
  std::size_t decoded_frame_ = 0;  // … of the one that is being decoded
  recovery::WallTime given_at_{};  // when the outputs were given that
  std::unique_ptr<PictureEncoding> decoding_;
  std::uint64_t runs_ = 0;  // tells the present one from those before
  std::unique_ptr<Timer> next_, limit_;
  std::string told_;
};

// Decodes one key frame on its stdin to a JPEG on that descriptor. Empty: this codec is not decoded
// so.
std::vector<std::string> picture_command(const PicturePlan& plan, recovery::splice::Codec codec,
                                         int descriptor);

}  // namespace supervisor
