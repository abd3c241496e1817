#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace supervisor {

// The playlist of a publisher that is launched again goes on: it was not marked as ended …
inline constexpr std::string_view hls_flags_of_live = "omit_endlist";
// … and is taken up where it was, with a discontinuity.
inline constexpr std::string_view hls_flags_of_return = "append_list+discont_start";

// A publisher's command with these flags more, where it writes HLS. Its own flags stay; what they
// take away (`-omit_endlist`) is taken away.
std::vector<std::string> with_hls_flags(std::vector<std::string> publisher, std::string_view flags);

}  // namespace supervisor
