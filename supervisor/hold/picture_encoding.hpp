#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/evidence.hpp"
#include "supervisor/child/child.hpp"

namespace supervisor {

// For -max_pixels, 8192 x 8192: what a decoder of a foreign picture may take.
inline constexpr const char* pixels_max = "67108864";

// One run of an FFmpeg that makes one picture, beside the loop: at nice 19, what it writes and says
// bounded. It ends by itself or with this object. For the loop's thread.
class PictureEncoding {
 public:
  static constexpr int descriptor = 3;                 // that the command writes to
  static constexpr std::size_t media_limit = 8 << 20;  // bytes
  static constexpr std::size_t said_limit = 4 * 1024;  // bytes, of its errors

  struct Result {
    std::vector<std::uint8_t> media;
    std::string error;  // what was wrong, in FFmpeg's words where it has some; empty: nothing
  };

  // `input` is on its stdin. `on_end`: once, from within the child's own call, where this must not
  // be destroyed; never where the launch fails, of which `error` tells.
  static std::unique_ptr<PictureEncoding> begin(const ChildLauncher& launch,
                                                const std::vector<std::string>& command,
                                                const std::string& input,
                                                std::function<void(Result)> on_end,
                                                std::string& error);

 private:
  explicit PictureEncoding(std::function<void(Result)> on_end) : on_end_(std::move(on_end)) {}
  void on_executed(int error_number);
  void on_media(std::string_view bytes);
  void on_exit(monitor::ExitStatus status);
  std::string first_words() const;

  std::function<void(Result)> on_end_;
  Result result_;
  std::string said_;
  std::unique_ptr<Child> child_;
};

}  // namespace supervisor
