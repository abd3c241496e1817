#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace recovery::alerts {

// The outcome of one try to deliver to one receiver: `failed` is tried again, `dropped` is not.
enum class Outcome : std::uint8_t { delivered, failed, dropped };
inline constexpr std::size_t outcome_count = 3;

// As in the label `outcome`.
inline std::string_view name(Outcome outcome) {
  switch (outcome) {
    case Outcome::delivered:
      return "delivered";
    case Outcome::failed:
      return "failed";
    case Outcome::dropped:
      return "dropped";
  }
  return "?";
}

}  // namespace recovery::alerts
