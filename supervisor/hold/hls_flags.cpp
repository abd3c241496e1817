#include "supervisor/hold/hls_flags.hpp"

#include <algorithm>

#include "supervisor/hold/publisher_words.hpp"

namespace supervisor {

using Words = std::vector<std::string>;

Words with_hls_flags(Words publisher, std::string_view flags) {
  if (publishing_muxer(publisher) != "hls") return publisher;
  const auto option = std::ranges::find(publisher, "-hls_flags");
  if (option == publisher.end() || option + 1 == publisher.end()) {
    publisher.insert(publisher.end() - 1, {"-hls_flags", std::string(flags)});
    return publisher;
  }
  std::string& own = *(option + 1);
  const bool is_signed = own.starts_with('+') || own.starts_with('-');
  own = std::string(flags) + (is_signed ? "" : "+") + own;
  return publisher;
}

}  // namespace supervisor
