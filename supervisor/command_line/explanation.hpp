#pragma once

#include <iosfwd>
#include <string>

#include "recovery/setup.hpp"

namespace supervisor {

// `ffsupervisor check --explain`: which proof each act that can do harm would need, and what that
// comes to for this stream's command.
void explain(const std::string& stream, const recovery::Setup& setup, std::ostream& out);

}  // namespace supervisor
