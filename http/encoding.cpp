#include "http/encoding.hpp"

#include <new>
#include <optional>

#include <zlib.h>

#include "monitor/text/ascii.hpp"

namespace http {
namespace {

constexpr int gzip_window = 15 + 16;  // + 16 asks zlib for gzip's frame

std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  const std::string_view piece = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return piece;
}

// `q=0`, `q=0.0`, `q=0.000` forbid.
bool forbids(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view parameter = monitor::trimmed(take_until(parameters, ';'));
    if (parameter.size() < 3 || !monitor::equal_ignoring_case(parameter.substr(0, 2), "q="))
      continue;
    return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
  }
  return false;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<bool> any;
  while (!accept_encoding.empty()) {
    std::string_view parameters = take_until(accept_encoding, ',');
    const std::string_view coding = monitor::trimmed(take_until(parameters, ';'));
    const bool allowed = !forbids(parameters);
    if (monitor::equal_ignoring_case(coding, "gzip") ||
        monitor::equal_ignoring_case(coding, "x-gzip"))
      return allowed;
    if (coding == "*") any = allowed;
  }
  return any.value_or(false);
}

std::string gzip(std::string_view text) {
  constexpr int memory_level = 8;  // zlib's own default
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, gzip_window, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);  // one call is enough: deflateBound reserved the room
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string gunzip(std::string_view packed, std::size_t size) {
  z_stream stream{};
  if (inflateInit2(&stream, gzip_window) != Z_OK) throw std::bad_alloc();
  std::string text(size, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  inflate(&stream, Z_FINISH);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

}  // namespace http
