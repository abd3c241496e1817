#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace recovery::alerts {

// What became of one try to tell one receiver: `failed` will be tried again, `dropped` will not.
enum class Outcome : std::uint8_t { delivered, failed, dropped };
inline constexpr std::size_t outcome_count = 3;
std::string_view name(Outcome outcome);  // "delivered", "failed", "dropped"

}  // namespace recovery::alerts
