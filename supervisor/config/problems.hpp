#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace supervisor {

// Gathers what is wrong with a configuration, so that one run reports all of it.
class Problems {
 public:
  static constexpr std::size_t limit = 20;  // about one screen

  void add(std::string sentence);
  bool any() const { return !sentences_.empty(); }
  std::size_t count() const { return sentences_.size() + left_out_; }

  // Throws ConfigError with one sentence a line, if there is any.
  void throw_if_any() const;

 private:
  std::vector<std::string> sentences_;
  std::size_t left_out_ = 0;
};

// A value as an error message may show it: quoted, one line, cut, credentials masked.
std::string shown(std::string_view text);

// The candidate nearest to `word`, if it is at most two typing errors away; else empty.
std::string_view closest_name(std::string_view word,
                              const std::vector<std::string_view>& candidates);

std::string join(const std::vector<std::string_view>& words, std::string_view separator);

}  // namespace supervisor
