#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "supervisor/secrets/url_credentials.hpp"

namespace supervisor {

// Many texts, found wherever they stand within another one: in one pass, however many they are. A
// thousand streams have thousands of secrets, and each line that is logged is searched for all.
class KnownTexts {
 public:
  // The first `shown` bytes are no part of what is found.
  void add(std::string_view text, std::size_t shown = 0);
  // Where they stand; in no order, and some within others.
  void find_in(std::string_view text, std::vector<Span>& spans) const;

 private:
  struct Known {
    std::string text;
    std::size_t shown;
    bool operator==(const Known&) const = default;
  };
  static constexpr std::size_t tail_bytes = 6;  // few have the same: URLs differ at their end
  static std::size_t place_of(std::uint64_t tail);

  std::unordered_map<std::uint64_t, std::vector<Known>> by_tail_;
  std::bitset<1 << 14> tails_;  // whether a tail may be one of them, cheaply
  std::vector<Known> short_;    // than a tail
};

// The same for texts that count only where they begin: the longest that does.
class KnownPrefixes {
 public:
  // Requires: at least 3 bytes.
  void add(std::string_view prefix);
  // Calls `take` for each that `text` begins with, the longest first, until it returns true.
  template <class Take>
  bool find_in(std::string_view text, Take take) const {
    if (text.size() < head_bytes) return false;
    const auto found = by_head_.find(head_of(text));
    if (found == by_head_.end()) return false;
    for (const std::string& prefix : found->second) {
      if (text.starts_with(prefix) && take(std::string_view(prefix))) return true;
    }
    return false;
  }

 private:
  static constexpr std::size_t head_bytes = 3;
  static std::uint32_t head_of(std::string_view text);

  std::unordered_map<std::uint32_t, std::vector<std::string>> by_head_;  // longest first
};

}  // namespace supervisor
