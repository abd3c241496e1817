#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "recovery/splice/slate.hpp"
#include "supervisor/child/child.hpp"
#include "supervisor/hold/picture_encoding.hpp"
#include "supervisor/hold/slate_command.hpp"
#include "supervisor/relay/relay.hpp"
#include "supervisor/thread/clock.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// The slates of a held stream: has one encoded for each kind of picture that its relays carry, one
// at a time, and remembers it: an encoder that begins anew costs none. What cannot be made is said
// once and tried again after `retry_after`; nothing waits for it. For the loop's thread.
class Slates : public std::enable_shared_from_this<Slates> {
 public:
  using Made = std::shared_ptr<const recovery::splice::Slate>;

  struct Context {
    const Services& services;
    ChildLauncher launch;
    const Clock& clock;
    std::string stream;
    // What stands in on this pipe from now on; null: none. From within the calls below, too.
    std::function<void(std::size_t pipe, Made slate)> on_slate;
  };

  static constexpr monitor::Duration encoding_limit = std::chrono::seconds(20);
  static constexpr monitor::Duration retry_after = std::chrono::minutes(10);

  // Everything in the context must outlive it.
  explicit Slates(Context context);

  // Another plan than before: all are made anew, and until then the old ones stay; nothing: none.
  void configure(std::optional<SlatePlan> plan);
  // What this pipe of the encoder carries from now on.
  void want(std::size_t pipe, const RelayPicture& picture);

 private:
  static constexpr std::size_t remembered = 8;  // kinds of pictures, beside those that are wanted
  static constexpr std::size_t smallest_limit = 64
                                                << 10;  // bytes that every line carries in a second

  struct Known {
    RelayPicture picture;
    Made slate;  // null: it cannot be made
  };
  struct Wanted {
    std::size_t pipe;
    RelayPicture picture;
  };

  const Known* find(const RelayPicture& picture) const;
  void go_on();
  void encode();
  void take(PictureEncoding::Result result);
  void settle(Made slate, const std::string& trouble);
  void forget_oldest();
  void deliver();
  void tell(const std::string& trouble);
  void retry_later();

  const Context context_;
  std::optional<SlatePlan> plan_;
  std::vector<Wanted> wanted_;
  std::vector<Known> known_;             // the oldest first
  std::optional<RelayPicture> present_;  // that is being encoded
  std::size_t quantizer_ = 0;            // … how coarse
  std::unique_ptr<PictureEncoding> encoding_;
  std::uint64_t runs_ = 0;  // tells the present one from those before
  std::unique_ptr<Timer> limit_, retry_;
  std::string told_;
};

}  // namespace supervisor
