#pragma once

#include <string>
#include <vector>

#include "supervisor/config/config.hpp"

namespace supervisor {

// How one stream differs between two configurations.
struct StreamChange {
  std::string name;
  bool primary = false;           // FFmpeg must be launched anew for it
  bool fallback = false;          // the fallback's command differs
  std::vector<std::string> keys;  // that differ: "command", "monitor.freeze_timeout"
};

// How two configurations differ, in what it takes to get from one to the other.
struct ConfigChanges {
  std::vector<std::string> added, removed;  // streams by name; a renamed one is both
  std::vector<StreamChange> changed;
  std::vector<std::string> taken;  // other keys that hold at once: "log.level", "alerts"
  std::vector<std::string> fixed;  // keys that hold only after a restart of the program
  bool log = false;
  bool alerts = false;
  bool dependencies = false;  // they, or how often they are looked at

  bool empty() const;
};

// Pure. What decides what a difference costs:
//   FFmpeg is launched anew for        command, monitor.stats_period, monitor.content (all but its
//                                      action), monitor.preview, monitor.witnesses, and any key not
//                                      named here
//   … on the fallback's turn for       fallback
//   holds at once, FFmpeg untouched    monitor.*, recovery.*, restart, source.*, sink.*, log,
//                                      alerts, dependencies; of outputs.NAME its publisher is
//                                      launched anew, where its args differ, and no other
//   the program must be restarted for  http, journal, exporters, and any other key of the program
// A stream is known by its name; where it stands in the list is no difference.
ConfigChanges compare(const Config& running, const Config& next);

// Those of `next` that are added or changed, in its order.
std::vector<StreamConfig> touched_streams(const ConfigChanges& changes, const Config& next);

// One sentence for the log and the answer: "radio restarts (command); added: jazz". No values.
std::string describe(const ConfigChanges& changes);

// `next` as it holds in a program that runs with `running`: with what is fixed as it was.
Config effective(const Config& running, Config next);

}  // namespace supervisor
