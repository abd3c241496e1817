#pragma once

#include <deque>
#include <optional>

#include "recovery/stream_core.hpp"
#include "tests/simulation/scenario.hpp"
#include "tests/simulation/tally.hpp"
#include "tests/simulation/violation.hpp"

namespace simulation {

// What the core is promised to do, checked after each step and over all lives of the supervisor.
// Knows the events, the steps and the public status, and of the world only what no event tells.
// Throws Violation.
class Rules {
 public:
  Rules(const Scenario& scenario, Instant began);

  struct Truth {
    bool advanced = false;       // this block is further than the one before
    bool starved = false;        // the present child's bitrate has fallen, or it hangs
    bool permanent = false;      // the present child has said that the command is wrong
    bool lost = false;           // … that the source or the sink is gone
    bool blames_source = false;  // … the source, and nothing else
    bool resists_kill = false;   // … is in uninterruptible sleep when killed
  };

  // A life of the supervisor begins with what the journal knew; it dies.
  void begin_life(const recovery::StreamCore::Resumed& past, Instant now);
  void die(bool record_is_lost, Instant now);

  void check(const recovery::Event& event, const recovery::Step& step,
             const recovery::StreamCore& core, Truth truth, Instant now);
  // At any time: nothing has stood in the way of the primary, of the fallback while the source is
  // gone, since the instants given.
  void check_air(const recovery::StreamCore& core, Instant primary_free_since,
                 Instant fallback_free_since, Instant now) const;

  const Tally& tally() const { return tally_; }

 private:
  struct Before {  // the step
    recovery::State state = recovery::State::stopped;
    recovery::Generation generation = 0;
    unsigned attempts = 0, retries = 0;
    bool ended = false, escalated = false;
    Duration on_air{}, off_air{};
    Instant settled_at{};
    Instant deadline = monitor::never;
  };
  struct Child {
    recovery::Role role = recovery::Role::primary;
    bool alive = false;     // from Launch to Exited or LaunchFailed
    bool answered = false;  // Launched was told
    bool advanced = false;
    bool in_state_t = false;
    bool yields = false;  // the fallback is stopped to make room
    bool name_in_use = false;
    std::optional<Instant> in_state_t_since;  // or since forgiven
    Instant launched_at{};
    Instant advanced_at{};  // the launch while it has not
    std::optional<Instant> first_advanced_at;
    Instant counted_from{};  // … or the moment forgiven
    Instant good_until{};    // … or the advance before it was stopped
    std::optional<Instant> on_air_since;
    std::optional<Instant> well_since;  // the same over restarts on purpose
    bool track_changed = false;         // since its launch
  };
  struct Stop {
    Instant began{};
    bool child_was_answered = false;
    unsigned terms = 0;
    std::optional<Instant> killed_at;
    // By the samples since it began: empty while none showed what it writes.
    std::optional<std::pair<Duration, std::uint64_t>> work;
    Instant still_since{};
    bool was_seen_still = false;  // for long enough
  };
  // For a source whose end FFmpeg has told of.
  struct Wait {
    Instant since{};        // of the first of a row of trials
    Instant failed_at{};    // FFmpeg, the last time
    bool by_trial = false;  // it had put out nothing: FFmpeg itself is the look
    std::optional<monitor::LookAnswer> answer = {};  // the last one
    bool source_was_missing = false;                 // a look said so
    unsigned retries = 0;
    Instant retried_at{};  // or since
  };
  // Looks at an endpoint, as `recovery/probe_schedule.hpp` promises them.
  struct Looks {
    Duration shortest;  // between two, in a wait
    std::uint64_t number = 0;
    bool open = false;  // asked, not answered, still wanted
    bool awaits = false;
    Instant awaits_since{};
    Duration pace{};
    std::optional<Instant> last_at{};  // of this wait, or of all where nothing is awaited
    Instant due = monitor::never;      // the next, at the latest

    void watch(Duration interval, Instant now);
    // `missing_since`: of the whole outage.
    void await(Duration interval, Instant missing_since, Instant now);
    void hasten(Instant now);
    void rest();
    void begin(Instant now);
    void answer(Instant now);
  };

  void take(const recovery::Event& event);
  void take_request(const recovery::Event& event);
  bool asks_restart(const recovery::Event& event) const;
  void check_dropped();
  void check_action(const recovery::Action& action);

  // launches and decisions (rules_launch.cpp)
  void check_launch(const recovery::Launch& launch);
  void check_primary_launch();
  void check_own_launch();
  void check_decision(const recovery::Decided& decided);
  void check_attempt(const recovery::Decided& decided);
  void check_delay(const recovery::Decided& decided);
  bool has_hung_up() const;

  // the end of a child (rules_child.cpp)
  void check_signal(const recovery::Signal& signal);
  void begin_stop();
  bool stands_still() const;
  void take_work(const monitor::ProcessSample& sample);
  void check_end(const recovery::End& end);
  void check_next();
  void check_next_after_fallback(bool launched);
  void check_next_after_primary(bool launched);
  bool ends_by_itself() const;
  bool was_healthy() const;
  Instant stalled_at() const;
  bool reports_progress() const;

  // waiting, looks, the fallback (rules_waiting.cpp)
  void begin_wait();
  void check_begun_wait();
  void leave_wait();
  void end_wait();
  void take_answer(const recovery::SourceProbed& answer);
  void take_answer(const recovery::SinkProbed& answer);
  void check_return(bool is_back);
  void check_retry();
  void check_trial();
  void on_lasting();
  void check_retries();
  bool may_return(Instant now) const;
  void check_look(Looks& looks, std::uint64_t number);
  void check_looks() const;
  void check_fallback_launch();
  void check_fallback_runs() const;
  void note_answer(const recovery::Event& event);
  void note_fallback_end(bool by_itself);
  bool fallback_is_wanted() const;

  // notices (rules_notices.cpp)
  void check_notice(const recovery::Notice& notice);
  void check_purpose(const recovery::RestartedOnPurpose& restarted);
  bool is_on_purpose() const;  // … this step stops the child
  void check_incident(const recovery::IncidentOpened& opened);
  void check_escalated(const recovery::Escalated& escalated);
  void check_resolved();
  void check_escalation() const;
  bool is_rightly_resolved() const;
  void check_alerted(const recovery::Alerted& alerted);
  void check_alert_resolved();
  void check_alert();

  // states and deadlines (rules_state.cpp)
  void check_state() const;
  void check_stopping() const;
  void check_deadline(bool was_tick);
  void check_watching() const;
  void check_bounds_of_plans() const;
  void check_totals();
  void check_incidents() const;

  bool is(recovery::State state) const { return status_.state == state; }
  bool is_before(recovery::State state) const { return before_.state == state; }
  bool is_past(Instant due) const { return now_ > std::max(due, paused_at_) + slack_; }
  bool is_giving_up() const {
    return is(recovery::State::stopped) || is(recovery::State::stopping);
  }
  bool proves_source() const {
    return scenario_.command.source_can_be_probed && scenario_.command.advance_proves_source;
  }
  bool may_give_up() const {
    return policy_.enabled && escalated_ &&
           policy_.on_exhausted != recovery::OnExhausted::keep_trying;
  }
  // Of a command without progress nothing shows that it had none.
  bool gone_had_output() const { return gone_.advanced || !scenario_.command.reports_progress; }
  bool primary_is_alive() const { return child_.alive && child_.role == recovery::Role::primary; }

  const Scenario& scenario_;
  const recovery::Policy& policy_;
  Duration slack_;  // within which a deadline is met

  // the present step
  const recovery::Event* event_ = nullptr;
  const recovery::Step* step_ = nullptr;
  const recovery::StreamCore* core_ = nullptr;
  recovery::Status status_;
  Truth truth_;
  Instant now_{};
  const recovery::Exited* exited_ = nullptr;  // this event, where it ends the present child
  const recovery::LaunchFailed* launch_failed_ = nullptr;
  bool asked_ = false;               // this event, where it is people's wish
  bool answer_is_wanted_ = false;    // this event, where it answers the look that is open
  bool answer_is_definite_ = false;  // … and says that the source is not there
  bool was_due_ = false, return_was_decided_ = false;  // before it

  // this life
  Before before_;
  Child child_;
  Child gone_;  // the one whose end this event is
  std::optional<Stop> stop_;
  bool resumes_crash_ = false;        // the next start is one of the recovery
  bool people_want_it_ = false;       // their last word: it runs
  bool launch_is_asked_ = false;      // the next launch is theirs
  bool asked_launch_before_ = false;  // … was so before this step
  bool kill_is_asked_ = false;
  std::optional<Instant> shutdown_at_;
  bool ever_launched_ = false, ever_on_air_ = false;
  bool on_purpose_ = false, on_purpose_before_ = false;  // the child is being replaced
  std::optional<Instant> carried_well_since_;            // to the child that replaces it
  bool follows_hang_up_ = false;                         // the launch that is decided
  bool aired_ = false;                                   // the primary's last life, for seconds
  std::optional<Instant> restart_due_;                   // decided by the budget and not done yet
  bool return_is_decided_ = false;                       // … for a source or sink that is back
  std::optional<Instant> known_launch_;  // the last of the primary that the core knows of
  std::optional<Wait> wait_;
  std::optional<Wait> tried_wait_;  // a trial of it runs, or has not lasted
  Looks source_{std::chrono::milliseconds(200)};
  Looks sink_{std::chrono::milliseconds(200)};
  bool wait_began_ = false;  // in this step
  bool sink_was_missing_ = false;
  std::optional<Instant> sink_lost_since_;  // until it is on air again
  bool name_in_use_ = false;                // said in the primary's last life
  unsigned returns_ = 0;  // launches for what came back, since one was on air for 5 s
  bool fallback_is_wrong_ = false;
  bool stands_by_ = false;  // the fallback, beside the primary
  bool after_failed_fallback_ = false;
  std::optional<Instant> fallback_failed_at_;
  std::deque<Instant> fallback_relaunches_;  // after failures, within the last cooldown
  Duration on_air_{};                        // by the blocks that advanced
  std::optional<Instant> settled_from_;
  bool off_air_incident_ = false;
  unsigned open_incidents_ = 0;
  std::uint64_t incidents_ = 0;
  unsigned retries_ = 0;  // as they must be
  std::deque<Instant> ticks_;
  bool as_asked_ = true;    // off air, or about to be
  Instant not_off_air_at_;  // on air, or off air as asked, at the latest

  // all lives
  bool escalated_ = false;
  bool alerted_ = false;
  bool escalates_ = false;  // in this step, and is to alert
  bool escalated_by_earlier_life_ = false;
  bool resolved_by_people_ = false;     // who stopped it; the attempts stay spent
  std::optional<Instant> last_launch_;  // of the primary
  std::deque<Instant> own_launches_;    // by the budget, within the last cooldown
  std::deque<Instant> torn_;            // lives whose last record was lost, …
  Instant paused_at_;
  Tally tally_;
};

}  // namespace simulation
