#pragma once

#include <string_view>

namespace supervisor {

// Whether `msg`, the level or another field of this event says already what the field says, so that
// a line for people leaves it out. JSON has every field.
bool is_said(std::string_view event, std::string_view field);

}  // namespace supervisor
