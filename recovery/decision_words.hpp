#pragma once

#include <string>

#include "recovery/action.hpp"

namespace recovery {

// What was decided, for people: "Restarting at once, attempt 1 of 3". Why is in `decided.reason`.
std::string words_of(const Decided& decided);

}  // namespace recovery
