#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "recovery/persisted_state.hpp"

namespace supervisor {

// The file that makes incidents, escalation and restart budget outlive the process: one JSON line a
// record, each with a checksum, appended; rewritten (a new file, renamed over the old one) when
// what was read calls for it, and when it has grown to several times what it holds.
//
// Supervision never waits for its disk: it is opened, read and written by a thread of its own, in
// order, from a bounded queue. A SIGKILL at any moment loses at most the last record of a stream
// (more only while the disk hangs). Whatever is wrong with the file or its disk is reported once,
// until it works again, and then all that was missed is written: unwritable folder, full disk,
// corrupt lines (the valid ones are kept, the damaged file is put aside as FILE.corrupt), a format
// newer than this version (not used or changed), another process that has it open (the same, for as
// long as it has).
class Journal {
 public:
  // `on_problem` is called from any thread with a sentence for the log.
  using OnProblem = std::function<void(const std::string& problem)>;

  // How long the constructor waits for the file to be read. When that is not enough, the problem is
  // reported and the program goes on without what the file holds; the file keeps it.
  struct Opening {
    std::chrono::milliseconds limit = std::chrono::seconds(2);
    std::function<void()> before = {};  // called first, on the journal's thread; for tests
  };

  // Reads what is there; never throws for the file's sake. `max_incidents`: kept per stream.
  Journal(const std::string& path, std::size_t max_incidents, OnProblem on_problem,
          Opening opening);
  Journal(const std::string& path, std::size_t max_incidents, OnProblem on_problem)
      : Journal(path, max_incidents, std::move(on_problem), Opening()) {}
  // Writes what is queued, for at most 300 ms.
  ~Journal();

  // As read at the start, by stream name. A stream that is not known: a default PersistedState.
  const recovery::PersistedState& past(const std::string& stream) const;

  // Notes what has changed. All but the incidents is written as it is now; of the incidents only
  // those given, each replacing an older record with its id. Returns at once, save that the note
  // of the same stream before it is given up to 250 ms to reach the kernel: a hung disk costs that
  // once. A thousand streams that note at once do not wait for one another.
  struct Change {
    std::string stream;
    recovery::PersistedState now;  // `incidents`: only the ones opened, changed or closed
  };
  void note(Change change);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
