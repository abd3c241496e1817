#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "supervisor/journal/journal_state.hpp"

namespace supervisor {

// What reading a journal showed beside its records.
struct JournalReading {
  std::optional<unsigned> version;  // the highest in a header
  std::size_t records = 0;
  std::size_t damaged_lines = 0;  // neither records nor headers
  std::size_t unknown = 0;        // see JournalRecord
  std::size_t good_bytes = 0;     // without the torn record at the end
  bool blank = true;              // it holds nothing but blank lines and zeros
  bool torn = false;              // the last record is incomplete, as a crash leaves it
  bool unterminated = false;      // the last line is not torn, but without its `\n`

  // Nothing in it shows that it was one: it may be anybody's.
  bool is_no_journal() const;
  bool is_newer() const;
  bool is_older() const;
};

// Applies the valid lines to `memory`, one after the other.
JournalReading read_journal(std::string_view text, JournalState& memory);

}  // namespace supervisor
