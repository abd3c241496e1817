#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "recovery/event.hpp"
#include "recovery/plan.hpp"
#include "recovery/reporter.hpp"
#include "recovery/restart_budget.hpp"
#include "recovery/return_pace.hpp"
#include "recovery/setup.hpp"
#include "recovery/sink_wait.hpp"
#include "recovery/source_wait.hpp"

namespace recovery {

// Plans how the primary comes back: at once or after a delay, by the budget; when its source or its
// sink is back; or not at all, where recovery has escalated and `on_exhausted` ends it. It answers
// with a plan and carries nothing out.
//
// Restarts spend the budget. A missing source spends none: it is waited for, and FFmpeg itself is
// tried meanwhile as SourceWait allows. A source or sink that is back is used at once, limited by
// ReturnPace.
class RestartPlanner {
 public:
  // What every decision depends on and what it reports to; of one call.
  struct Context {
    const Setup& setup;
    Reporter& reporter;
    Instant now;
  };

  RestartPlanner(const Setup& setup, std::uint64_t seed);

  // Another configuration. What was spent stays spent.
  void set(const Setup& setup);
  // As an earlier life of the supervisor left it.
  void resume(unsigned attempts, unsigned source_retries, Instant last_launch);

  // What the primary's last life was.
  struct Life {
    bool name_in_use = false;  // the sink refused it: its name is taken
    bool advanced = false;     // it had put out something
    bool aired = false;        // … for seconds
  };
  // The primary is off air and its child is gone.
  Plan after_fault(const monitor::Verdict& verdict, const Life& life, Context context);
  // The life before this one ended without a stop. The stream is tried at least once in each life,
  // whatever is left of the budget: a process that would end without having tried could never come
  // back. `verdict`: of the escalation that is open.
  Plan after_crash(const std::optional<monitor::Verdict>& verdict, Context context);

  // Recovery cannot bring the stream back by itself; reported once until it is resolved.
  void escalate(const monitor::Verdict& verdict, std::string reason, Context context);

  // The probes that are due are asked for.
  void send_probes(Context context);
  Instant deadline() const;
  // False for an answer that a later probe has replaced, or that a launch has overtaken: nothing
  // follows from it, but that a source which refused is not looked at again.
  bool accept(const SourceProbed& answer, Instant now);
  // Accepted answers; the plan that follows where the present one is overtaken. `verdict`: why the
  // primary is off air; what is found is added to it.
  std::optional<Plan> take(const SourceProbed& answer, const Plan& plan,
                           std::optional<monitor::Verdict>& verdict, Context context);
  std::optional<Plan> take(const SinkProbed& answer, const Plan& plan,
                           std::optional<monitor::Verdict>& verdict, Context context);

  // The source is waited for, and FFmpeg itself is due to be tried: the plan that follows.
  std::optional<Plan> try_source(const Plan& plan, bool with_fallback, Context context);
  Instant trial_at(const Plan& plan, bool with_fallback, const Policy& policy) const {
    return plan.awaits_source() ? source_.trial_at(policy, with_fallback) : monitor::never;
  }

  // FFmpeg lives and waits for a connection or for the first byte: it is left in place. Retries
  // are counted as for a missing source and escalate; nothing ends for them.
  void begin_waiting(const monitor::Verdict& verdict, Duration patience, Context context);
  void keep_waiting(const monitor::Verdict& verdict, Context context);
  Instant next_retry_at() const { return source_.next_retry_at(); }

  // A wait under another configuration is no longer than that allows; the plan that follows.
  std::optional<Plan> adjust(const Plan& plan, Context context);

  // A witness reports whether the source is there.
  void note_source(bool available, const std::string& sentence, Reporter& reporter);
  // The primary is launched. Until watch_source() there are no looks: one could take the only
  // place that the source has.
  void on_launch(Instant now);
  // FFmpeg has its source, or waits on a connection to it: the next look comes after a probe
  // interval.
  void watch_source(const Policy& policy, Instant now) {
    source_.watch(policy.probe_interval, now);
  }
  void on_lasting() {
    returns_.on_lasting();
    source_.on_lasting();
  }
  // For a whole cooldown: everything begins afresh.
  void on_healthy();
  // Nothing runs and nothing is waited for.
  void rest();

  unsigned attempts() const { return budget_.attempts(); }
  // Of a launch that is due to no end of the primary.
  unsigned spend_attempt(Instant now) { return budget_.spend(now).attempt; }
  const SourceWait& source() const { return source_; }
  SinkWait& sink() { return sink_; }

 private:
  void name_the_sink(const std::string& sentence, monitor::Verdict& verdict, Context context);
  std::optional<Plan> name_the_source(const monitor::SourceLook& look, monitor::Verdict& verdict,
                                      Context context);
  Plan by_budget(const monitor::Verdict& verdict, Context context);
  Plan await_source(const monitor::Verdict& verdict, bool advanced, Context context);
  void decide_to_wait(std::string reason, Duration delay, Context context);
  std::optional<Plan> on_retry(const monitor::Verdict& verdict, Context context);
  std::optional<Plan> try_for_return(std::string reason, Context context);
  std::optional<Plan> source_is_there(const monitor::SourceLook& look,
                                      const monitor::Verdict& verdict, Context context);
  std::optional<Plan> source_is_missing(const monitor::SourceLook& look, monitor::Verdict& verdict,
                                        Context context);
  std::optional<Plan> launch_for_return(std::string reason, Context context);

  RestartBudget budget_;
  SourceWait source_;
  SinkWait sink_;
  ReturnPace returns_;
  bool asks_source_ = false;  // FFmpeg failed without a word: the next look may tell why
  bool hung_up_ = false;      // the last life, by an end that had taken or sent for seconds
};

}  // namespace recovery
