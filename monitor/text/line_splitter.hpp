#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace monitor {

// Cuts a byte stream into lines at '\n' or '\r', with a bound: a longer line is given once, cut at
// `limit` bytes, and the rest of it is dropped. Empty lines are skipped.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t limit) : limit_(limit) {}

  // Calls `take(std::string_view line)` for each line these bytes complete. The view is valid
  // during the call only.
  template <class Take>
  void feed(std::string_view bytes, Take&& take);

  // While `take` runs: the line before ended with '\r' alone.
  bool is_behind_return() const { return behind_return_; }

  // The last line, where the stream ended without a line end.
  template <class Take>
  void finish(Take&& take) {
    if (!partial_.empty()) take(std::string_view(partial_));
    partial_.clear();
    given_ = false;
  }

 private:
  template <class Take>
  void add(std::string_view piece, bool ended, Take& take);

  std::size_t limit_;
  std::string partial_;
  bool behind_return_ = false;
  bool given_ = false;  // the present line has been given, cut: drop up to its end
};

// The two kinds of line end are searched apart, each byte once: memchr is many times as fast as a
// search for either.
template <class Take>
void LineSplitter::feed(std::string_view bytes, Take&& take) {
  std::size_t newline = bytes.find('\n');
  std::size_t begin = 0;
  while (begin < bytes.size()) {
    if (newline != std::string_view::npos && newline < begin) newline = bytes.find('\n', begin);
    const std::string_view rest = bytes.substr(begin, newline - begin);
    const std::size_t end = std::min(rest.find('\r'), rest.size());
    const bool ended = begin + end < bytes.size();
    add(rest.substr(0, end), ended, take);
    if (ended) behind_return_ = bytes[begin + end] == '\r';
    begin += end + 1;
  }
}

template <class Take>
void LineSplitter::add(std::string_view piece, bool ended, Take& take) {
  if (!given_ && partial_.empty() && ended && piece.size() <= limit_) {
    if (!piece.empty()) take(piece);
    return;
  }
  if (!given_) {
    partial_.append(piece.substr(0, limit_ - partial_.size()));
    given_ = partial_.size() >= limit_;
    if ((given_ || ended) && !partial_.empty()) {
      take(std::string_view(partial_));
      partial_.clear();
    }
  }
  if (ended) given_ = false;
}

}  // namespace monitor
