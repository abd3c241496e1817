#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "supervisor/reload/config_changes.hpp"
#include "supervisor/stream/stream_driver.hpp"

namespace supervisor {

// All streams of the supervisor, and those that leave it: which run, which have ended, and the
// program's exit code. Used from the supervising loop only.
class Streams {
 public:
  struct Context {
    const Services& services;
    std::size_t max_incidents;
    AlertDispatcher& alerts;
    Journal* journal;  // null: nothing outlives the process
    // Everything has ended. Called from within a stream's step, as the next one.
    std::function<void()> on_all_ended;
    std::function<void()> on_gave_up;  // … a stream whose `on_exhausted` is exit
    std::function<void()> on_gone;     // a removed stream has ended; not from within its step
    // As StreamDriver::Context's.
    std::function<void(std::function<void()> done)> free_descriptors = {};
    StreamDriver::Seams seams = {};  // of every stream
  };

  // Everything in the context must outlive it.
  explicit Streams(Context context)
      : context_(std::move(context)), launches_(context_.services.loop) {}

  // Adds them, in this order, without starting them.
  void add(std::vector<StreamParts> all);
  void start();
  // The supervisor ends: every stream stops, all at once.
  void shut_down();
  void kill();

  // From one configuration to the next: removes, changes, adds and starts. `changed`: the parts of
  // the streams that are added or changed; `next`: gives the order.
  // Requires: none of those added is leaving.
  void change(const ConfigChanges& changes, std::vector<StreamParts> changed, const Config& next);
  // It was removed and has not ended yet.
  bool is_leaving(const std::string& name) const;

  // Null where there is none of that name. Valid until the next `change`.
  StreamDriver* find(const std::string& name);
  template <class Call>
  void for_each(Call call) {
    for (const Entry& entry : present_) call(*entry.driver);
  }
  std::size_t size() const { return present_.size(); }
  // FFmpegs that may run at once.
  std::size_t children_at_most() const;
  bool all_ended() const { return leaving_.empty() && ended_.size() == present_.size(); }
  // The first that is not 0, of the streams that have ended.
  int exit_code() const;

 private:
  struct Entry {
    std::size_t place;  // on the snapshots; of no other stream, ever
    std::unique_ptr<StreamDriver> driver;
  };

  Entry make(StreamParts parts);
  void arrange(const std::vector<std::string>& order);
  void remove(const std::string& name);
  void reconfigure(const StreamChange& change, StreamParts parts);
  void on_end(std::size_t place, int exit_code);
  void on_gone(std::size_t place);
  recovery::PersistedState past_of(const std::string& name);

  Context context_;
  LaunchQueue launches_;  // of all of them
  std::size_t next_place_ = 0;
  std::vector<Entry> present_;  // in the order of the configuration
  std::vector<Entry> leaving_;
  std::vector<std::pair<std::size_t, int>> ended_;  // of those present: place, exit code; in time
  // The last state of removed streams, for when they are added again.
  std::map<std::string, recovery::PersistedState> removed_;
};

}  // namespace supervisor
