#pragma once

#include <deque>
#include <optional>

#include "recovery/stream_core.hpp"
#include "tests/simulation/scenario.hpp"
#include "tests/simulation/violation.hpp"

namespace simulation {

// What the core is promised to do, checked after each step. Knows the events, the steps and the
// public status, and of the world only what no event tells: whether a block advanced, and whether
// the child's bitrate has fallen. Throws Violation.
class Rules {
 public:
  Rules(const Scenario& scenario, Instant began);

  struct Truth {
    bool advanced = false;   // this block is further than the one before
    bool starved = false;    // the present child's bitrate has fallen, or it hangs
    bool permanent = false;  // the present child has said that the command is wrong
    bool lost = false;       // … or that the source is gone
  };

  void check(const recovery::Event& event, const recovery::Step& step,
             const recovery::StreamCore& core, Truth truth, Instant now);

  struct Tally {
    std::uint64_t launches = 0, faults = 0, ticks = 0, escalations = 0, ends = 0;
  };
  const Tally& tally() const { return tally_; }

 private:
  struct Before {  // the step
    recovery::State state = recovery::State::stopped;
    recovery::Generation generation = 0;
    unsigned attempts = 0;
    bool ended = false;
    Duration on_air{}, off_air{};
    Instant settled_at{};
    Instant deadline = monitor::never;
  };
  struct Child {
    bool alive = false;     // from Launch to Exited or LaunchFailed
    bool answered = false;  // Launched was told
    bool advanced = false;
    bool in_state_t = false;
    std::optional<Instant> in_state_t_since;  // or since forgiven
    Instant launched_at{};
    Instant advanced_at{};   // the launch while it has not
    Instant counted_from{};  // … or the moment forgiven
    std::optional<Instant> on_air_since;
  };
  struct Stop {
    Instant began{};
    unsigned terms = 0;
    std::optional<Instant> killed_at;
  };

  void take(const recovery::Event& event);
  void take_request(const recovery::Event& event);
  void check_dropped();
  void check_action(const recovery::Action& action);
  void check_launch(const recovery::Launch& launch);
  void check_own_launch();
  void check_signal(const recovery::Signal& signal);
  void begin_stop();
  void check_end(const recovery::End& end);
  void check_next();
  bool ends_by_itself() const;
  bool was_healthy() const;
  Instant stalled_at() const;
  void check_notice(const recovery::Notice& notice);
  void check_decision(const recovery::Decided& decided);
  void check_state() const;
  void check_stopping() const;
  void check_deadline(bool was_tick);
  void check_watching() const;
  void check_totals();
  void check_incidents() const;

  bool is(recovery::State state) const { return status_->state == state; }
  bool is_before(recovery::State state) const { return before_.state == state; }

  const Scenario& scenario_;
  const recovery::Policy& policy_;
  Duration slack_;  // within which a deadline is met

  const recovery::Step* step_ = nullptr;
  const recovery::StreamCore* core_ = nullptr;
  const recovery::Status* status_ = nullptr;
  Truth truth_;
  Instant now_{};
  const recovery::Exited* exited_ = nullptr;  // this event, where it ends the present child
  const recovery::LaunchFailed* launch_failed_ = nullptr;
  bool asked_ = false;  // this event, where it is people's wish to stop or restart

  Before before_;
  Child child_;
  std::optional<Stop> stop_;
  bool people_want_it_ = false;       // their last word: it runs
  bool launch_is_asked_ = false;      // the next launch is theirs
  bool asked_launch_before_ = false;  // … was so before this step
  bool kill_is_asked_ = false;
  std::optional<Instant> shutdown_at_;
  bool ever_launched_ = false, ever_on_air_ = false;
  bool escalated_ = false;
  std::optional<Instant> restart_due_;  // decided by the recovery and not done yet
  std::optional<Instant> last_launch_;
  std::deque<Instant> own_launches_;  // by the recovery, within the last cooldown
  Instant paused_at_;
  Duration on_air_{};  // by the blocks that advanced
  std::optional<Instant> settled_from_;
  bool off_air_incident_ = false;
  unsigned open_incidents_ = 0;
  std::uint64_t incidents_ = 0;
  std::deque<Instant> ticks_;
  Tally tally_;
};

}  // namespace simulation
