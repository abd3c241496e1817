#pragma once

#include <optional>

#include "recovery/splice/parameters.hpp"

namespace recovery::splice {

// Of a sequence parameter set: the NAL unit, its head included, as it stands in the stream.
std::optional<VideoParameters> read_h264_sps(Bytes nal);
std::optional<VideoParameters> read_hevc_sps(Bytes nal);

}  // namespace recovery::splice
