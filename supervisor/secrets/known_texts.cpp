#include "supervisor/secrets/known_texts.hpp"

#include <algorithm>

namespace supervisor {
namespace {

constexpr std::uint64_t tail_mask = 0xffff'ffff'ffff;  // of 6 bytes

std::uint64_t with(std::uint64_t tail, char c) {
  return (tail << 8 | static_cast<unsigned char>(c)) & tail_mask;
}

}  // namespace

std::size_t KnownTexts::place_of(std::uint64_t tail) {
  constexpr std::uint64_t golden = 0x9e37'79b9'7f4a'7c15;
  constexpr int unused_bits = 64 - 14;
  return tail * golden >> unused_bits;
}

void KnownTexts::add(std::string_view text, std::size_t shown) {
  std::vector<Known>* list = &short_;
  if (text.size() >= tail_bytes) {
    std::uint64_t tail = 0;
    for (const char c : text.substr(text.size() - tail_bytes)) tail = with(tail, c);
    tails_.set(place_of(tail));
    list = &by_tail_[tail];
  }
  Known known{std::string(text), shown};
  if (std::ranges::find(*list, known) == list->end()) list->push_back(std::move(known));
}

void KnownTexts::find_in(std::string_view text, std::vector<Span>& spans) const {
  for (const Known& known : short_) {
    for (std::size_t at = text.find(known.text); at != std::string_view::npos;
         at = text.find(known.text, at + 1))
      spans.push_back({at + known.shown, at + known.text.size()});
  }
  if (by_tail_.empty()) return;
  std::uint64_t tail = 0;
  for (std::size_t end = 1; end <= text.size(); ++end) {
    tail = with(tail, text[end - 1]);
    if (end < tail_bytes || !tails_.test(place_of(tail))) continue;
    const auto found = by_tail_.find(tail);
    if (found == by_tail_.end()) continue;
    for (const Known& known : found->second) {
      if (!text.substr(0, end).ends_with(known.text)) continue;
      spans.push_back({end - known.text.size() + known.shown, end});
    }
  }
}

std::uint32_t KnownPrefixes::head_of(std::string_view text) {
  std::uint32_t head = 0;
  for (const char c : text.substr(0, head_bytes)) head = head << 8 | static_cast<unsigned char>(c);
  return head;
}

void KnownPrefixes::add(std::string_view prefix) {
  std::vector<std::string>& list = by_head_[head_of(prefix)];
  if (std::ranges::find(list, prefix) != list.end()) return;
  const auto longer = [&](const std::string& other) { return other.size() > prefix.size(); };
  list.emplace(std::ranges::find_if_not(list, longer), prefix);
}

}  // namespace supervisor
