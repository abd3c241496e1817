#include "supervisor/hold/hls_flags.hpp"

#include <algorithm>

#include "supervisor/hold/output_legs.hpp"

namespace supervisor {

namespace {

using Words = std::vector<std::string>;

std::string format_of(const Words& publisher) {
  const auto last = std::find(publisher.rbegin(), publisher.rend(), "-f");
  // In front of `-i` it is the input's.
  const bool is_output = last != publisher.rend() && last != publisher.rbegin() &&
                         std::find(publisher.rbegin(), last, "-i") == last;
  return is_output ? *(last - 1) : std::string();
}

}  // namespace

Words with_hls_flags(Words publisher, std::string_view flags) {
  if (muxer_name(format_of(publisher), publisher.back()) != "hls") return publisher;
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
