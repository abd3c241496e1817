#pragma once

#include "supervisor/config/config.hpp"

namespace supervisor {

// Asks the FFmpeg of each held stream for what its command is taken apart by. Waits for it: not for
// the supervising loop. A command that cannot be used is refused when the stream is made of it.
void ask_held(Config& config);

}  // namespace supervisor
