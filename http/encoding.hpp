#pragma once

#include <string>
#include <string_view>

namespace http {

// Whether an Accept-Encoding header allows gzip; a weight of 0 forbids it.
bool accepts_gzip(std::string_view accept_encoding);

// Throws std::bad_alloc.
std::string gzip(std::string_view text);

// Unpacks data made by gzip() to its `size` bytes. Throws std::bad_alloc.
std::string gunzip(std::string_view packed, std::size_t size);

}  // namespace http
