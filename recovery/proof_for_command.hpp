#pragma once

#include <string>

#include "recovery/proof.hpp"
#include "recovery/setup.hpp"

namespace recovery {

// What the proof for `act` comes to with this command: which evidence there can be, and what
// follows where there can be none. One sentence, for an operator.
std::string proof_for_command(Act act, const Setup& setup);

}  // namespace recovery
