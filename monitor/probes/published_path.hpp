#pragma once

#include <string>
#include <string_view>

namespace monitor::probes {

// Under which name a server knows what is published at this URL: application and stream,
// "live/key", as FFmpeg's RTMP sends them (without arguments and ".flv"); of SRT the path in its
// `streamid`; of anything else the path. Decoded, without slashes at its ends. Empty where the URL
// has none. A secret.
std::string published_path(std::string_view url);

}  // namespace monitor::probes
