#pragma once

#include <string>
#include <string_view>

namespace monitor {

// RFC 4648, padded: as Basic authorisation wants it.
std::string base64(std::string_view bytes);

}  // namespace monitor
