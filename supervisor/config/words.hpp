#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "supervisor/config/problems.hpp"
#include "supervisor/config/settings.hpp"

namespace supervisor {

// A value with few meanings, and the word for each.
template <class Value>
using WordTable = std::vector<std::pair<std::string_view, Value>>;

// Throws Unexpected.
template <class Value>
Value read_word(const std::string& text, const WordTable<Value>& words) {
  std::vector<std::string_view> known;
  for (const auto& [word, value] : words) {
    if (word == text) return value;
    known.push_back(word);
  }
  throw Unexpected("expected one of " + join(known, ", "));
}

template <class Value>
std::string print_word(Value value, const WordTable<Value>& words) {
  for (const auto& [word, meaning] : words) {
    if (meaning == value) return std::string(word);
  }
  return {};
}

// What is done about a warning.
inline const WordTable<monitor::OnWarning>& on_warning_words() {
  static const WordTable<monitor::OnWarning> words{{"alert", monitor::OnWarning::alert},
                                                   {"restart", monitor::OnWarning::restart}};
  return words;
}

inline const WordTable<monitor::OnDeadAir>& on_dead_air_words() {
  static const WordTable<monitor::OnDeadAir> words{{"alert", monitor::OnDeadAir::alert},
                                                   {"restart", monitor::OnDeadAir::restart},
                                                   {"fallback", monitor::OnDeadAir::fallback}};
  return words;
}

}  // namespace supervisor
