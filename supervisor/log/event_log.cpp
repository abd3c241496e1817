#include "supervisor/log/event_log.hpp"

#include <utility>

#include "monitor/cause.hpp"
#include "monitor/evidence.hpp"
#include "monitor/launch_error.hpp"
#include "recovery/decision_words.hpp"

namespace supervisor {

namespace {

std::string_view component_name(monitor::Cause cause) {
  return monitor::name(monitor::component_of(cause));
}

std::string joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) {
    if (!text.empty()) text += ' ';
    text += sentence;
  }
  return text;
}

std::string cover_sentence(const recovery::CoverBegan& notice) {
  if (notice.what == "fallback") return "Covered: the outputs carry the fallback";
  const std::string picture = notice.by_slate ? "the slate" : "the last picture";
  const std::string missing = "Covered: the outputs get no " + notice.what + " from the encoder; ";
  if (notice.what == "sound") return missing + "silence stands in";
  return missing + picture + (notice.what == "picture" ? " stands in" : " and silence stand in");
}

// Left out where it is empty.
Field output_field(const std::string& output) {
  return {output.empty() ? "" : "output", std::string_view(output)};
}

}  // namespace

void EventLog::record(const recovery::Event& event, const recovery::Step& step,
                      const recovery::Status&) {
  std::visit([this](const auto& happened) { log(happened); }, event);
  for (const recovery::Notice& notice : step.notices) {
    std::visit([this](const auto& what) { log_notice(what); }, notice);
  }
}

void EventLog::record(const recovery::AnomalyChange& change) {
  const std::string_view kind = recovery::name(change.kind);
  if (change.is_over) {
    log_.write(LogLevel::info, "anomaly_over", subject(), "The stream is as it was before",
               {{"kind", kind}});
    return;
  }
  log_.write(LogLevel::warning, "anomaly", subject(), change.anomaly.sentence,
             {{"kind", kind}, {"score", change.anomaly.score}});
}

void EventLog::log(const recovery::Launched& event) {
  log_.write(LogLevel::info, "ffmpeg_started", subject(), "FFmpeg started",
             {{"pid", std::int64_t{event.pid}},
              {"generation", static_cast<std::int64_t>(event.generation)}});
}

// Statistics that cannot be read (another server's URL, a password) are no fault of the stream.
void EventLog::log(const recovery::Observed& event) {
  const auto* report = std::get_if<monitor::SinkReport>(&event.what);
  if (!report) return;
  const bool is_known = std::exchange(statistics_are_unreadable_, !report->answered);
  if (report->answered || is_known) return;
  log_.write(LogLevel::warning, "witness_unavailable", subject(), report->sentence);
}

void EventLog::log(const recovery::LaunchFailed& event) {
  log_.write(LogLevel::error, "ffmpeg_exited", subject(),
             monitor::describe_launch_error(event.error_number, event.program),
             {{"generation", static_cast<std::int64_t>(event.generation)},
              {"errno", std::int64_t{event.error_number}}});
}

void EventLog::log(const recovery::Exited& event) {
  const monitor::ExitStatus& status = event.status;
  const bool by_signal = status.signal.has_value();
  log_.write(LogLevel::info, "ffmpeg_exited", subject(),
             "FFmpeg ended: " + monitor::describe(status),
             {{"generation", static_cast<std::int64_t>(event.generation)},
              {by_signal ? "signal" : "exit_code",
               std::int64_t{by_signal ? *status.signal : status.code.value_or(0)}}});
}

void EventLog::log_notice(const recovery::CameOnAir& notice) {
  if (!notice.off_air_for) {
    log_.write(LogLevel::info, "on_air", subject(), "On air");
    return;
  }
  log_.write(LogLevel::info, "on_air", subject(), "On air again",
             {{"off_air_seconds", monitor::seconds(*notice.off_air_for)}});
}

void EventLog::log_notice(const recovery::WentOffAir& notice) {
  log_.write(LogLevel::error, "off_air", subject(), "Off air",
             {{"component", component_name(notice.cause)}, {"cause", monitor::name(notice.cause)}});
}

void EventLog::log_notice(const recovery::FaultDetected& notice) {
  log_.write(notice.fault.off_air ? LogLevel::error : LogLevel::warning, "fault_detected",
             subject(), notice.fault.sentence,
             {{"component", component_name(notice.fault.cause)},
              {"cause", monitor::name(notice.fault.cause)},
              {"after_seconds", monitor::seconds(notice.after)},
              output_field(notice.fault.output)});
}

void EventLog::log_notice(const recovery::IncidentOpened& notice) {
  const recovery::Incident& incident = notice.incident;
  log_.write(incident.off_air ? LogLevel::error : LogLevel::warning, "incident_opened", subject(),
             joined(incident.evidence),
             {{"incident", static_cast<std::int64_t>(incident.number)},
              {"component", component_name(incident.cause)},
              {"cause", monitor::name(incident.cause)},
              output_field(incident.output)});
}

void EventLog::log_notice(const recovery::IncidentClosed& notice) {
  const recovery::Incident& incident = notice.incident;
  const auto lasted = incident.resolved_at.value_or(incident.detected_at) - incident.last_good_at;
  log_.write(LogLevel::info, "incident_closed", subject(), "Incident closed",
             {{"incident", static_cast<std::int64_t>(incident.number)},
              {"cause", monitor::name(incident.cause)},
              {"off_air_seconds", incident.off_air ? monitor::seconds(lasted) : 0.0}});
}

void EventLog::log_notice(const recovery::Decided& notice) {
  log_.write(LogLevel::info, "recovery_decision", subject(), recovery::words_of(notice),
             {{"reason", std::string_view(notice.reason)},
              {"action", recovery::name(notice.kind)},
              {"delay_seconds", monitor::seconds(notice.delay)},
              {"attempt", std::int64_t{notice.attempt}}});
}

void EventLog::log_notice(const recovery::Escalated& notice) {
  log_.write(LogLevel::error, "escalated", subject(), joined(notice.verdict.evidence),
             {{"component", component_name(notice.verdict.cause)},
              {"cause", monitor::name(notice.verdict.cause)},
              {"attempts", std::int64_t{notice.attempts}}});
}

void EventLog::log_notice(const recovery::EscalationResolved&) {
  log_.write(LogLevel::info, "escalation_resolved", subject(),
             "The stream has been healthy for a whole cooldown");
}

void EventLog::log_notice(const recovery::SourceChanged& notice) {
  log_.write(notice.available ? LogLevel::info : LogLevel::error, "source_probe", subject(),
             notice.sentence, {{"available", notice.available}});
}

void EventLog::log_notice(const recovery::FallbackOnAir& notice) {
  log_.write(LogLevel::warning, "fallback_started", subject(), "The fallback is on air",
             {{"off_air_seconds", monitor::seconds(notice.off_air_for)}});
}

void EventLog::log_notice(const recovery::FallbackFailed& notice) {
  log_.write(LogLevel::error, "fallback_failed", subject(), notice.sentence);
}

void EventLog::log_notice(const recovery::Unkillable& notice) {
  log_.write(LogLevel::error, "ffmpeg_exited", subject(),
             "SIGKILL did not end FFmpeg: it hangs in the kernel; nothing is started beside it",
             {{"pid", std::int64_t{notice.pid}}});
}

void EventLog::log_notice(const recovery::CoverBegan& notice) {
  log_.write(LogLevel::warning, "covered", subject(), cover_sentence(notice),
             {{"covered", std::string_view(notice.what)}, {"slate", notice.by_slate}});
}

void EventLog::log_notice(const recovery::CoverEnded& notice) {
  log_.write(LogLevel::info, "cover_ended", subject(), "The cover has ended",
             {{"covered_seconds", monitor::seconds(notice.lasted)}});
}

}  // namespace supervisor
