#include "supervisor/config/slate_settings.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/stat.h>
#include <unistd.h>

#include "supervisor/config/problems.hpp"
#include "supervisor/config/values.hpp"

namespace supervisor {

namespace {

using S = StreamConfig;

std::string read_image(const std::string& text) {
  try {
    return read_path(text);
  } catch (const Unexpected&) {
    throw Unexpected("expected the path of an image, such as /srv/slate.png");
  }
}

std::string read_slate_text(const std::string& text) {
  constexpr std::size_t length_max = 500;  // bytes; more is too small to read
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\n' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7F);
  });
  if (is_plain && text.size() <= length_max) return text;
  throw Unexpected("expected a text of at most 500 bytes, without control characters");
}

}  // namespace

std::vector<Setting<StreamConfig>> slate_settings() {
  return {
      {"slate.image",
       [](S& stream, const std::string& text) { stream.cover.slate.image = read_image(text); },
       [](const S& stream) { return stream.cover.slate.image; }},
      {"slate.text",
       [](S& stream, const std::string& text) { stream.cover.slate.text = read_slate_text(text); },
       [](const S& stream) { return stream.cover.slate.text; }}};
}

std::string slate_trouble(const SlateSettings& slate) {
  if (slate.image.empty()) return {};
  struct stat found {};
  const bool is_there = ::stat(slate.image.c_str(), &found) == 0;
  if (is_there && ::access(slate.image.c_str(), R_OK) == 0) {
    return S_ISDIR(found.st_mode) ? shown(slate.image) + " is a folder, expected an image" : "";
  }
  return shown(slate.image) + " cannot be read: " + ::strerrordesc_np(errno) +
         "; the last picture would stand in";
}

}  // namespace supervisor
