#include "supervisor/hold/publisher_words.hpp"

#include <algorithm>
#include <iterator>
#include <span>

#include "supervisor/hold/output_legs.hpp"

namespace supervisor {

namespace {

using Words = std::vector<std::string>;

std::string value_within(std::span<const std::string> words, std::string_view option) {
  const auto found = std::ranges::find(words, option);
  return found == words.end() || std::next(found) == words.end() ? std::string()
                                                                 : *std::next(found);
}

}  // namespace

std::string option_value(const Words& words, std::string_view option) {
  return value_within(words, option);
}

std::string publishing_muxer(const Words& publisher) {
  const auto input = std::ranges::find(publisher, "-i");
  return muxer_name(value_within({input, publisher.end()}, "-f"), publisher.back());
}

}  // namespace supervisor
