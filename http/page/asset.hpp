#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace http {

// One file of the live page.
struct Asset {
  std::string_view path;  // "/" or "/page/NAME"
  std::string_view content_type;
  std::string_view etag;    // quoted; of the content
  std::string_view packed;  // by gzip
  std::size_t size;         // unpacked, bytes
};

// All of them; written by embed.cmake.
std::span<const Asset> assets();

}  // namespace http
