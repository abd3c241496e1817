#include "supervisor/journal/journal_reading.hpp"

#include <algorithm>

#include "supervisor/journal/journal_line.hpp"

namespace supervisor {
namespace {

bool take_header(std::string_view line, JournalReading& reading) {
  const std::optional<unsigned> version = version_of(line);
  if (!version) return false;
  reading.version = std::max(*version, reading.version.value_or(0));
  return true;
}

bool take_record(std::string_view line, JournalReading& reading, JournalState& memory) {
  const auto content = open_line(line);
  if (!content) return false;
  const std::optional<JournalRecord> record = record_of(*content);
  if (!record) return true;  // sound, and of a kind that a later version may have
  memory.apply(*record);
  reading.unknown += record->unknown;
  ++reading.records;
  return true;
}

bool take_line(std::string_view line, JournalReading& reading, JournalState& memory) {
  return line.empty() || take_header(line, reading) || take_record(line, reading, memory);
}

void take_rest(std::string_view rest, JournalReading& reading, JournalState& memory) {
  const bool sound = take_line(rest, reading, memory);
  reading.torn = !sound && is_torn_line(rest);
  reading.unterminated = !reading.torn;
  if (!sound && !reading.torn) ++reading.damaged_lines;
  if (!reading.torn) reading.good_bytes += rest.size();
}

}  // namespace

bool JournalReading::is_no_journal() const {
  const bool is_begun = torn && damaged_lines == 0;
  return !version && records == 0 && !blank && !is_begun;
}

bool JournalReading::is_newer() const {
  return version.value_or(0) > journal_version;
}

bool JournalReading::is_older() const {
  return records > 0 && version.value_or(0) < journal_version;
}

JournalReading read_journal(std::string_view text, JournalState& memory) {
  JournalReading reading;
  constexpr std::string_view nothing("\n\0", 2);  // as a crash of the machine leaves it
  reading.blank = text.find_first_not_of(nothing) == text.npos;
  for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n')) {
    if (!take_line(text.substr(0, end), reading, memory)) ++reading.damaged_lines;
    reading.good_bytes += end + 1;
    text.remove_prefix(end + 1);
  }
  if (!text.empty()) take_rest(text, reading, memory);
  return reading;
}

}  // namespace supervisor
