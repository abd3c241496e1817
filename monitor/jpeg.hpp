#pragma once

#include <string_view>

namespace monitor {

// Whether these bytes are one JPEG from its begin to its end, as far as its markers show: one that
// is still being written is not. Reads no picture data.
bool is_whole_jpeg(std::string_view bytes);

}  // namespace monitor
