#pragma once

#include <cstdint>

#include "monitor/ffmpeg/stderr_log.hpp"

// How strong a sign is. Signs below Sign::conclusive also occur in streams that run on for days.
namespace monitor::rank {

inline constexpr std::uint8_t symptom = 10;    // a damaged packet
inline constexpr std::uint8_t follow_up = 20;  // closing what is lost already
inline constexpr std::uint8_t hint = 40;
inline constexpr std::uint8_t vague = 60;    // "Input/output error" and the like
inline constexpr std::uint8_t context = 90;  // repeats a plain line in other words
inline constexpr std::uint8_t plain = 100;
inline constexpr std::uint8_t exact = 110;  // more exact than the plain line that follows it
inline constexpr std::uint8_t config = 150;
inline constexpr std::uint8_t device = 160;  // behind a line that looks like a wrong command
inline constexpr std::uint8_t host = 200;
static_assert(hint < Sign::conclusive && Sign::conclusive <= vague);

}  // namespace monitor::rank
