#pragma once

#include <string_view>

#include "monitor/cause.hpp"

namespace monitor {

// One sentence: the first thing a person does about this cause, as the runbooks say it. Empty where
// nothing is to be done.
std::string_view what_now(Cause cause);

}  // namespace monitor
