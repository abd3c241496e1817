#include "monitor/jpeg.hpp"

#include <cstddef>
#include <cstdint>

namespace monitor {
namespace {

constexpr std::string_view start_of_image = "\xff\xd8";
constexpr std::string_view end_of_image = "\xff\xd9";
constexpr std::uint8_t start_of_scan = 0xda;

std::uint8_t byte(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

// Within a scan 0xff stands before 0 or a restart marker; any other marker ends it.
bool is_of_scan(std::uint8_t follows) {
  return follows == 0 || (follows >= 0xd0 && follows <= 0xd7);
}

// `scan`: behind the head of the scan. Whether it reaches up to the end of the image, and no
// further.
bool ends_with_image(std::string_view scan) {
  for (std::size_t at = scan.find('\xff'); at != std::string_view::npos;
       at = scan.find('\xff', at + 2)) {
    if (at + 1 == scan.size()) return false;
    if (!is_of_scan(byte(scan, at + 1))) return scan.substr(at) == end_of_image;
  }
  return false;
}

}  // namespace

bool is_whole_jpeg(std::string_view bytes) {
  if (!bytes.starts_with(start_of_image)) return false;
  bytes.remove_prefix(start_of_image.size());
  constexpr std::size_t head = 4;  // a marker and the length of its segment, which counts itself
  while (bytes.size() > head && byte(bytes, 0) == 0xff) {
    const std::uint8_t marker = byte(bytes, 1);
    const std::size_t length = 2 + (byte(bytes, 2) << 8U) + byte(bytes, 3);
    if (length < head || length > bytes.size()) return false;
    bytes.remove_prefix(length);
    if (marker == start_of_scan) return ends_with_image(bytes);
  }
  return false;
}

}  // namespace monitor
