#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace monitor {

// Cuts a byte stream into lines at '\n' or '\r', with a bound: a longer line is given once, cut at
// `limit` bytes, and the rest of it is dropped. Empty lines are skipped.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t limit) : limit_(limit) {}

  // Calls `take(std::string_view line)` for each line these bytes complete. The view is valid during
  // the call only.
  template <class Take>
  void feed(std::string_view bytes, Take&& take);

  // The last line, where the stream ended without a line end.
  template <class Take>
  void finish(Take&& take) {
    if (!partial_.empty()) take(std::string_view(partial_));
    partial_.clear();
  }

 private:
  std::size_t limit_;
  std::string partial_;
  bool given_ = false;  // the present line has been given, cut: drop up to its end
};

template <class Take>
void LineSplitter::feed(std::string_view bytes, Take&& take) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find_first_of("\n\r");
    const std::string_view piece = bytes.substr(0, end);
    if (!given_) {
      if (partial_.empty() && end != std::string_view::npos && piece.size() <= limit_) {
        if (!piece.empty()) take(piece);
      } else {
        partial_.append(piece.substr(0, limit_ - partial_.size()));
        if (partial_.size() >= limit_ || end != std::string_view::npos) {
          if (!partial_.empty()) take(std::string_view(partial_));
          given_ = partial_.size() >= limit_;
          partial_.clear();
        }
      }
    }
    if (end == std::string_view::npos) return;
    given_ = false;
    bytes.remove_prefix(end + 1);
  }
}

}  // namespace monitor
