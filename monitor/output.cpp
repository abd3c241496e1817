#include "monitor/output.hpp"

namespace monitor {

std::string_view name(OutputState state) {
  constexpr std::array<std::string_view, output_state_count> names{"starting", "on_air", "lost",
                                                                   "stopped", "waiting"};
  return names.at(static_cast<std::size_t>(state));
}

}  // namespace monitor
