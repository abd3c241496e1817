#pragma once

#include <cstdint>
#include <string_view>

namespace monitor::probes {

enum class Look : std::uint8_t { media, no_media, unsure };

// Whether the first bytes of a body are media or a page in disguise (HTML, JSON, XML). Bytes are
// more reliable than types: stations send `text/plain` with their MP3, portals `audio/mpeg` with
// their log-in page. HLS playlists and DASH manifests are media. When in doubt it is media: a
// stream that would play must not be waited for. `complete`: no more will come; then there is no
// `unsure`.
Look look_of(std::string_view body, std::string_view content_type, bool complete);

}  // namespace monitor::probes
