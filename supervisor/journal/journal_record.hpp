#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "supervisor/journal/journal.hpp"

namespace supervisor {

// What one line of the journal holds of one stream.
struct JournalRecord {
  Journal::Change change;
  bool holds_state = true;  // false: of `change.now`, only the incidents count
  unsigned unknown = 0;     // incidents and alerts whose cause this version does not know; left out
};

// The lines of a record: nearly always one. A record that is too long for one line is spread over
// several; an incident or alert that is, has its texts shortened. Empty: even so it is too long.
std::vector<std::string> lines_of(const JournalRecord& record);

// Members that are unknown are passed over, those that are missing or make no sense are at their
// default. Empty: it names no stream.
std::optional<JournalRecord> record_of(const boost::json::object& content);

}  // namespace supervisor
