#pragma once

#include <chrono>
#include <memory>
#include <utility>

#include "recovery/splice/slate.hpp"
#include "tests/splice/made_up_encoder.hpp"

namespace recovery::splice::test {

inline constexpr std::uint8_t slate_mark = 9;

// As this encoder's key frames are, with another mark.
inline std::shared_ptr<const Slate> slate_like(const EncoderSetting& stream) {
  EncoderSetting setting = stream;
  setting.mark = slate_mark;
  setting.has_audio = false;
  MadeUpEncoder encoder(setting);
  auto slate = read_slate(encoder.until(std::chrono::seconds(2)));
  return slate ? std::make_shared<const Slate>(std::move(*slate)) : nullptr;
}

}  // namespace recovery::splice::test
