#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "monitor/tracks/now_playing.hpp"

namespace monitor {

inline constexpr std::string_view known_placeholders = "{artist}, {title}, {album} and {playlist}";

// The value that `name` stands for; null where there is no such placeholder.
const std::string* placeholder_value(std::string_view name, const Track& track);

// A piece of a template: text as it stands, or the name of a placeholder.
struct Piece {
  std::string_view text;
  bool is_placeholder = false;
};

// The pieces one after the other; braces that name none of the placeholders are text.
std::vector<Piece> pieces_of(std::string_view pattern);

}  // namespace monitor
