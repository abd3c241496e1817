#pragma once

#include <string_view>

namespace supervisor {

// Whether FFmpeg writes a codec of this name to MPEG-TS so that it is known when read again. Any
// other is written as private data without a name.
bool is_carried_by_mpegts(std::string_view codec);

}  // namespace supervisor
