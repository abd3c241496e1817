#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "supervisor/journal/journal_record.hpp"

namespace supervisor {

// Merges two changes of one stream, the earlier and the later, into one with the same result.
void merge(Journal::Change& earlier, Journal::Change&& later, std::size_t max_incidents);

// What the journal holds, by stream: what its records, one after the other, come to.
class JournalState {
 public:
  explicit JournalState(std::size_t max_incidents) : max_incidents_(max_incidents) {}

  // As read from a file.
  void apply(const JournalRecord& record);
  // As noted by this process: newer than any file.
  void note(const Journal::Change& change);
  // Lays what `newer` holds over this: all its incidents, and the states that were noted in it or
  // are unknown here.
  void lay_over(const JournalState& newer);

  bool empty() const { return streams_.empty(); }
  std::map<std::string, recovery::PersistedState> persisted_states() const;
  // A whole journal with all this. Beyond `max_text_bytes` the oldest incidents are left out.
  std::string text() const;

  static constexpr std::size_t max_text_bytes = 24u << 20;
  static constexpr std::size_t max_streams = 4096;  // in a file; a configuration has a few

 private:
  struct Stream {
    recovery::PersistedState state;  // without incidents
    bool noted = false;              // by this process
    // By the order in which they came.
    std::map<std::uint64_t, recovery::IncidentRecord> incidents;
    std::unordered_map<std::string, std::uint64_t> places;
  };

  void add(Stream& stream, const recovery::IncidentRecord& incident);
  void add_state(Stream& stream, const recovery::PersistedState& state);
  static void add_unwatched(Stream& stream, const std::vector<recovery::UnwatchedSpan>& spans);
  Stream* find_or_add(const std::string& name);
  static std::string text_of(const std::string& name, const Stream& stream, std::size_t max_bytes);

  std::size_t max_incidents_;
  std::uint64_t next_place_ = 0;
  std::map<std::string, Stream> streams_;
};

}  // namespace supervisor
