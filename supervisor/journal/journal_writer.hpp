#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "monitor/time.hpp"
#include "supervisor/journal/journal_file.hpp"
#include "supervisor/journal/journal_reading.hpp"
#include "supervisor/journal/journal_retry.hpp"
#include "supervisor/journal/journal_state.hpp"

namespace supervisor {

// Keeps the file equal to what it should hold, whatever happens to the file. What could not be
// written is remembered, merged by stream, and written once that works again. For one thread at a
// time; it waits for the disk.
class JournalWriter {
 public:
  using Report = std::function<void(const std::string& problem)>;

  JournalWriter(std::string path, std::size_t max_incidents, Report report);

  // Reads what is there; writes nothing, save that a torn record is cut off.
  void open(monitor::Instant now);
  std::map<std::string, recovery::PersistedState> persisted_states() const {
    return memory_.persisted_states();
  }

  // At once in the file, if that works.
  void keep(const Journal::Change& change, monitor::Instant now);
  // Does what can wait: retries, rewriting, the sync to disk.
  void do_chores(monitor::Instant now);
  std::optional<monitor::Instant> next_chore() const;
  // Retries once more, syncs to disk.
  void finish(monitor::Instant now);
  // The last sign of life of the process that had the file before, as it was opened.
  std::optional<recovery::WallTime> alive_before() const { return alive_before_; }
  // On the thread that opened it: its descriptor may be one of that thread's own table.
  void close() { file_.close(); }

  // After so long without a record, slow work may run.
  static constexpr monitor::Duration quiet = std::chrono::milliseconds(250);
  // Between two signs of life: by how much a killed process may seem to have ended too early.
  static constexpr monitor::Duration sign_interval = std::chrono::seconds(5);

 private:
  Trouble open_file();
  Trouble load();
  void judge(const JournalReading& reading, std::size_t skipped_bytes);
  Trouble append_unsaved();
  Trouble rewrite();
  void save(monitor::Instant now);
  void settle(const Trouble& found, monitor::Instant now);
  void try_rewrite(monitor::Instant now);
  void sync(monitor::Instant now);
  void give_sign(monitor::Instant now);
  bool wants_rewrite() const;
  bool is_rewrite_urgent() const;
  std::size_t due_size_bytes() const;
  void report(const std::string& problem) const;

  std::size_t max_incidents_;
  Report report_;
  JournalFile file_;
  JournalState memory_;                             // what the file should hold
  std::map<std::string, Journal::Change> unsaved_;  // what of it was never written
  bool lacks_everything_ = false;                   // the file was not there when it was noted
  bool damaged_ = false;                            // holds what must be put aside
  bool outdated_ = false;                           // its format
  bool unsynced_ = false;
  std::size_t rewritten_bytes_ = 0;  // its size when it was last rewritten
  monitor::Instant last_record_{};
  JournalRetry saving_;
  JournalRetry rewriting_;
  std::optional<recovery::WallTime> alive_before_;
  monitor::Instant next_sign_{};
};

}  // namespace supervisor
