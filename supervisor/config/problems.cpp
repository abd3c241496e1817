#include "supervisor/config/problems.hpp"

#include <algorithm>
#include <numeric>

#include "monitor/text/utf8.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

void Problems::add(std::string sentence) {
  if (sentences_.size() < limit) {
    sentences_.push_back(std::move(sentence));
  } else {
    ++left_out_;
  }
}

void Problems::throw_if_any() const {
  if (!any()) return;
  std::string text;
  for (const std::string& sentence : sentences_) {
    if (!text.empty()) text += '\n';
    text += sentence;
  }
  if (left_out_ > 0) text += "\nand " + std::to_string(left_out_) + " more";
  throw ConfigError(text);
}

std::string shown(std::string_view text) {
  constexpr std::size_t shown_limit = 80;  // bytes; enough to recognise the value
  // Masked before it is cut: half a URL no longer looks like one.
  std::string masked = Secrets().mask(text.substr(0, 4096));
  if (masked.size() > shown_limit)
    masked = std::string(monitor::utf8_prefix(masked, shown_limit)).append(monitor::ellipsis);
  std::replace_if(
      masked.begin(), masked.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, '?');
  return '"' + masked + '"';
}

namespace {

// Insertions, deletions, replacements and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.size()];
}

}  // namespace

std::string_view closest_name(std::string_view word,
                              const std::vector<std::string_view>& candidates) {
  constexpr std::size_t distance_max = 2;
  std::string_view best;
  std::size_t best_distance = distance_max + 1;
  for (const std::string_view candidate : candidates) {
    if (word.size() > candidate.size() + distance_max) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance >= best_distance || distance >= candidate.size()) continue;
    best = candidate;
    best_distance = distance;
  }
  return best;
}

std::string join(const std::vector<std::string_view>& words, std::string_view separator) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return text;
}

}  // namespace supervisor
