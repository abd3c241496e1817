#pragma once

#include <optional>
#include <string>

#include "recovery/action.hpp"
#include "recovery/wall_time.hpp"

namespace recovery {

// One decision, as the API shows it.
struct HistoryEntry {
  DecisionKind action{};
  WallTime timestamp{};
  std::string reason;
  double delay_seconds = 0;
  unsigned attempt = 0;
  // What became of it: empty while open, true when it did what it was for, false when not.
  std::optional<bool> success;
};

}  // namespace recovery
