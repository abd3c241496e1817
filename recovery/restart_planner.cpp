#include "recovery/restart_planner.hpp"

#include <algorithm>
#include <utility>

#include "monitor/text/sentence.hpp"
#include "recovery/proof.hpp"

namespace recovery {

using monitor::Component;
using monitor::component_of;
using monitor::Strength;
using monitor::Verdict;

namespace {

// An end that hangs up and takes the next connection is used as soon as a shell's loop would.
constexpr Duration after_hang_up = 1s;

// Nobody is there to ask. A mount that is missing is different: so it is where the studio has
// ended.
bool has_no_server(const monitor::SourceLook& look) {
  return look.answer == monitor::LookAnswer::missing &&
         look.cause == monitor::Cause::source_unreachable;
}

bool is_hang_up(monitor::Cause cause) {
  return cause == monitor::Cause::source_ended || cause == monitor::Cause::sink_lost;
}

// "1 restart", "3 restarts"
std::string counted(unsigned count, const char* one, const char* more) {
  return std::to_string(count) + ' ' + (count == 1 ? one : more);
}

// FFmpeg failed, and neither its words nor a witness say why.
bool is_unexplained(const Verdict& verdict) {
  return verdict.cause == monitor::Cause::encoder_failed &&
         verdict.confidence == monitor::Confidence::low;
}

// The newest finding is the first sentence; none is there twice.
void put_first(const std::string& sentence, std::vector<std::string>& evidence) {
  if (std::find(evidence.begin(), evidence.end(), sentence) != evidence.end()) return;
  if (evidence.size() == monitor::evidence_limit) evidence.pop_back();
  evidence.insert(evidence.begin(), sentence);
}

}  // namespace

RestartPlanner::RestartPlanner(const Setup& setup, std::uint64_t seed)
    : budget_(setup.policy, seed),
      source_(setup.command.source_can_be_probed),
      sink_(setup.command.sink_can_be_probed) {
}

void RestartPlanner::set(const Setup& setup) {
  budget_.set_policy(setup.policy);
  source_.set_known(setup.command.source_can_be_probed);
  sink_.set_known(setup.command.sink_can_be_probed);
}

void RestartPlanner::resume(unsigned attempts, unsigned source_retries, Instant last_launch) {
  budget_.resume(attempts, last_launch);
  source_.resume(source_retries);
}

// ---------------------------------------------------------------------------- by the budget

Plan RestartPlanner::after_fault(const Verdict& verdict, const Life& life, Context context) {
  sink_.on_end(life.name_in_use);
  hung_up_ = life.aired && is_hang_up(verdict.cause);
  const bool is_source = component_of(verdict.cause) == Component::source;
  // A source that cannot be looked at and was there: FFmpeg's next launch is the look.
  if (is_source && (source_.is_known() || !life.advanced)) {
    return await_source(verdict, life.advanced, context);
  }
  return by_budget(verdict, context);
}

Plan RestartPlanner::by_budget(const Verdict& verdict, Context context) {
  const Policy& policy = context.setup.policy;
  const RestartBudget::Grant grant = budget_.spend(context.now);
  if (grant.exhausted) {
    escalate(verdict,
             counted(grant.attempt - 1, "restart", "restarts") + " did not bring the stream back",
             context);
    if (policy.on_exhausted != OnExhausted::keep_trying) return {Plan::Kind::give_up};
  }
  const Duration paced = hung_up_ ? std::min(grant.delay, after_hang_up) : grant.delay;
  const Duration delay = sink_.settled(paced);
  context.reporter.decide({DecisionKind::restart_ffmpeg, reason_of(verdict), delay, grant.attempt,
                           policy.max_restart_attempts});
  // With a fallback to the same sink, that one's life shows whether it is there.
  const bool may_be_sink = component_of(verdict.cause) == Component::sink ||
                           (is_unexplained(verdict) && !context.setup.command.has_fallback);
  if (may_be_sink && delay > Duration::zero()) {
    const bool is_missing = verdict.cause == monitor::Cause::sink_unreachable;
    sink_.begin(is_missing, policy.probe_interval, context.now);
  }
  asks_source_ = is_unexplained(verdict);
  if (asks_source_) source_.look(policy.probe_interval, context.now);
  return Plan::launch_in(delay, context.now);
}

Plan RestartPlanner::after_crash(const std::optional<Verdict>& verdict, Context context) {
  const RestartBudget::Grant grant = budget_.spend(context.now);
  if (grant.exhausted) {
    escalate(
        verdict.value_or(Verdict{monitor::Cause::host_spawn_failed,
                                 {"The supervisor itself ended repeatedly without a clean stop "
                                  "before the stream was healthy."}}),
        "The supervisor was restarted " + counted(grant.attempt, "time", "times") +
            " before the stream was healthy",
        context);
  }
  context.reporter.decide({DecisionKind::restart_ffmpeg,
                           "the supervisor's previous run was not stopped cleanly", grant.delay,
                           grant.attempt, context.setup.policy.max_restart_attempts});
  return Plan::launch_in(grant.delay, context.now);
}

void RestartPlanner::escalate(const Verdict& verdict, std::string reason, Context context) {
  const unsigned tried = std::min(budget_.attempts(), context.setup.policy.max_restart_attempts);
  context.reporter.escalate(verdict, std::move(reason), tried, context.now);
}

// ---------------------------------------------------------------------------- what comes back

void RestartPlanner::send_probes(Context context) {
  const Instant now = context.now;
  if (now >= source_.deadline()) context.reporter.act(ProbeSource{source_.begin_probe(now)});
  if (now >= sink_.deadline()) context.reporter.act(ProbeSink{sink_.begin_probe(now)});
}

Instant RestartPlanner::deadline() const {
  return std::min(source_.deadline(), sink_.deadline());
}

Plan RestartPlanner::await_source(const Verdict& verdict, bool advanced, Context context) {
  const Policy& policy = context.setup.policy;
  const bool refused = verdict.cause == monitor::Cause::source_refused;
  source_.begin(policy, !advanced, refused, context.now);
  decide_to_wait(reason_of(verdict), source_.trial_at(policy, false) - context.now, context);
  const bool is_retry = source_.count_retry(policy.audio_stream.retry_interval, context.now);
  const auto end = is_retry ? on_retry(verdict, context) : std::nullopt;
  return end.value_or(Plan{Plan::Kind::source});
}

void RestartPlanner::decide_to_wait(std::string reason, Duration delay, Context context) {
  context.reporter.decide({.kind = DecisionKind::wait_for_source,
                           .reason = std::move(reason),
                           .delay = delay,
                           .attempt = 0,
                           .looks_every = source_.looks_every(context.setup.policy, context.now)});
}

bool RestartPlanner::accept(const SourceProbed& answer, Instant now) {
  const bool is_awaited = source_.accept(answer.number, now);
  const bool is_refused = answer.look.answer == monitor::LookAnswer::refused;
  if (!is_awaited && is_refused) source_.note_answer(answer.look, now);
  return is_awaited;
}

std::optional<Plan> RestartPlanner::take(const SourceProbed& answer, const Plan& plan,
                                         std::optional<Verdict>& verdict, Context context) {
  const monitor::SourceLook& look = answer.look;
  source_.note_answer(look, context.now);
  // That a server takes connections does not overrule what FFmpeg found on one.
  const bool is_weak = look.answer == monitor::LookAnswer::reachable && source_.is_by_trial();
  if (!is_weak) note_source(look.is_available(), look.sentence, context.reporter);
  const bool is_asked = std::exchange(asks_source_, false);
  if (is_asked && plan.awaits_time() && verdict) return name_the_source(look, *verdict, context);
  if (!plan.awaits_source()) return std::nullopt;
  return look.is_available() ? source_is_there(look, *verdict, context)
                             : source_is_missing(look, *verdict, context);
}

std::optional<Plan> RestartPlanner::source_is_there(const monitor::SourceLook& look,
                                                    const Verdict& verdict, Context context) {
  if (source_.was_missing()) {
    return try_for_return("the source is back: " + look.sentence, context);
  }
  source_.watch(context.setup.policy.probe_interval, context.now);
  // FFmpeg found otherwise: it is tried again when it is due.
  if (source_.is_by_trial()) return std::nullopt;
  // A server that takes connections may have no media for FFmpeg.
  const bool has_media = look.answer == monitor::LookAnswer::delivers;
  const Proof of_presence{has_media ? Strength::proven : Strength::possible, context.now};
  if (!suffices(of_presence, Act::spend_attempt, context.now)) {
    return try_for_return("FFmpeg itself tries its source: " + look.sentence, context);
  }
  // It was there all the time: FFmpeg's end is not explained by it.
  return by_budget(verdict, context);
}

std::optional<Plan> RestartPlanner::try_for_return(std::string reason, Context context) {
  const auto plan = launch_for_return(std::move(reason), context);
  if (plan) source_.on_trial();
  return plan;
}

std::optional<Plan> RestartPlanner::source_is_missing(const monitor::SourceLook& look,
                                                      Verdict& verdict, Context context) {
  context.reporter.add_evidence(look.sentence);
  put_first(look.sentence, verdict.evidence);
  // FFmpeg only saw that nothing came of it; the look has read what was answered.
  if (verdict.cause == monitor::Cause::source_unreachable && verdict.cause != look.cause) {
    verdict.cause = look.cause;
    context.reporter.note_cause(look.cause);
  }
  // What ended the stream stays the incident's cause; what is wrong now is told.
  if (verdict.cause == monitor::Cause::source_ended && has_no_server(look))
    verdict.cause = monitor::Cause::source_unreachable;
  if (verdict.cause == look.cause) verdict.is_local = look.is_local;
  source_.note_missing();
  const Duration interval = context.setup.policy.audio_stream.retry_interval;
  if (!source_.count_retry(interval, context.now)) return std::nullopt;
  if (const auto end = on_retry(verdict, context)) return end;
  decide_to_wait(look.sentence, interval, context);
  return std::nullopt;
}

// One each retry interval, however it was found missing.
std::optional<Plan> RestartPlanner::on_retry(const Verdict& verdict, Context context) {
  if (source_.retries() >= context.setup.policy.audio_stream.max_retries) {
    escalate(verdict,
             monitor::sentence("The source has been missing for %.0f s, ",
                               monitor::seconds(source_.waited(context.now))) +
                 counted(source_.retries(), "retry", "retries"),
             context);
  }
  const bool gives_up = context.setup.policy.on_exhausted != OnExhausted::keep_trying;
  if (context.reporter.is_escalated() && gives_up) return Plan{Plan::Kind::give_up};
  return std::nullopt;
}

std::optional<Plan> RestartPlanner::try_source(const Plan& plan, bool with_fallback,
                                               Context context) {
  if (context.now < trial_at(plan, with_fallback, context.setup.policy)) return std::nullopt;
  source_.on_trial();
  context.reporter.decide(DecisionKind::restart_ffmpeg, "FFmpeg itself tries its source");
  return Plan{Plan::Kind::launch};
}

std::optional<Plan> RestartPlanner::take(const SinkProbed& answer, const Plan& plan,
                                         std::optional<Verdict>& verdict, Context context) {
  if (!sink_.accept(answer.number, context.now) || !plan.awaits_time()) return std::nullopt;
  if (!answer.available && verdict) name_the_sink(answer.sentence, *verdict, context);
  const Duration pace = context.setup.policy.probe_interval;
  if (!sink_.take(answer.available, pace, context.now)) return std::nullopt;
  return launch_for_return("the sink is back: " + answer.sentence, context);
}

// An FFmpeg that says nothing (`-loglevel quiet`) has failed, and its sink is not there.
void RestartPlanner::name_the_sink(const std::string& sentence, Verdict& verdict, Context context) {
  if (!is_unexplained(verdict)) return;
  verdict.cause = monitor::Cause::sink_unreachable;
  verdict.confidence = monitor::Confidence::medium;
  put_first(sentence, verdict.evidence);
  context.reporter.add_evidence(sentence);
  context.reporter.note_cause(verdict.cause);
}

// … or its source is not. The first look tells: a later one says nothing of that failure.
std::optional<Plan> RestartPlanner::name_the_source(const monitor::SourceLook& look,
                                                    Verdict& verdict, Context context) {
  const bool is_definite =
      look.answer == monitor::LookAnswer::missing || look.answer == monitor::LookAnswer::refused;
  if (!is_unexplained(verdict) || !is_definite) return std::nullopt;
  verdict.cause = look.cause;
  verdict.is_local = look.is_local;
  verdict.confidence = monitor::Confidence::medium;
  put_first(look.sentence, verdict.evidence);
  context.reporter.add_evidence(look.sentence);
  context.reporter.note_cause(verdict.cause);
  const Plan wait = await_source(verdict, true, context);
  source_.note_answer(look, context.now);
  source_.note_missing();
  return wait;
}

std::optional<Plan> RestartPlanner::launch_for_return(std::string reason, Context context) {
  const Duration cooldown = context.setup.policy.restart_cooldown;
  if (!returns_.may_return(budget_.last_launch(), cooldown, context.now)) return std::nullopt;
  returns_.on_return();
  context.reporter.decide(DecisionKind::restart_ffmpeg, std::move(reason));
  return Plan{Plan::Kind::launch};
}

// ---------------------------------------------------------------------------- FFmpeg itself waits

void RestartPlanner::begin_waiting(const Verdict& verdict, Duration patience, Context context) {
  source_.begin_in_place(context.setup.policy, context.now);
  watch_source(context.setup.policy, context.now);
  context.reporter.decide({.kind = DecisionKind::wait_for_source,
                           .reason = reason_of(verdict),
                           .delay = patience,
                           .attempt = 0,
                           .in_place = true});
}

void RestartPlanner::keep_waiting(const Verdict& verdict, Context context) {
  const AudioStream& pace = context.setup.policy.audio_stream;
  if (!source_.count_retry(pace.retry_interval, context.now)) return;
  if (source_.retries() < pace.max_retries) return;
  escalate(verdict,
           monitor::sentence("FFmpeg has waited for %.0f s, ",
                             monitor::seconds(source_.waited(context.now))) +
               counted(source_.retries(), "retry", "retries"),
           context);
}

// ---------------------------------------------------------------------------- meanwhile

std::optional<Plan> RestartPlanner::adjust(const Plan& plan, Context context) {
  const Policy& policy = context.setup.policy;
  if (!plan.awaits_source()) source_.set_pace(policy.probe_interval, context.now);
  if (plan.awaits_time()) {
    return Plan{plan.kind, std::min(plan.at, context.now + policy.restart_cooldown)};
  }
  if (!plan.awaits_source()) return std::nullopt;
  source_.adjust(policy, context.now);
  return std::nullopt;
}

void RestartPlanner::note_source(bool available, const std::string& sentence, Reporter& reporter) {
  if (source_.note(available)) reporter.notify(SourceChanged{available, sentence});
}

void RestartPlanner::on_launch(Instant now) {
  source_.on_launch(now);
  sink_.rest();
  asks_source_ = false;
  budget_.on_launch(now);
}

void RestartPlanner::on_healthy() {
  budget_.on_healthy();
  source_.on_healthy();
}

void RestartPlanner::rest() {
  source_.rest();
  sink_.rest();
}

}  // namespace recovery
