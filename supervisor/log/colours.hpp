#pragma once

namespace supervisor {

// Whether a terminal gets colours: not where NO_COLOR is set and not empty (no-color.org), nor
// where TERM says that it has none.
bool wants_colours(bool is_terminal);

}  // namespace supervisor
