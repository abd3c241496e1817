#pragma once

#include <string_view>

#include "monitor/cause.hpp"

namespace monitor {

// One sentence: the first thing a person does about this cause, as the runbooks say it. Empty where
// nothing is to be done. `is_local`: a source that is a file or device of this machine.
std::string_view what_now(Cause cause, bool is_local = false);

}  // namespace monitor
