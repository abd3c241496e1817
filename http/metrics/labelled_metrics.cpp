#include <array>

#include "http/derived_values.hpp"
#include "http/metrics/family.hpp"
#include "http/metrics/metrics.hpp"

namespace http {
namespace {

// Several series a stream: `each` adds them, with the labels beside `stream`.
struct LabelledRow {
  FamilyInfo info;
  void (*each)(const StreamSnapshot& stream, SeriesSink& sink);
};

double number(std::uint64_t count) {
  return static_cast<double>(count);
}

void each_severity(const StreamSnapshot& stream, SeriesSink& sink) {
  sink.add({{"severity", "warning"}}, number(stream.totals.errors_warning));
  sink.add({{"severity", "error"}}, number(stream.totals.errors_error));
  sink.add({{"severity", "critical"}}, number(stream.totals.errors_critical));
}

void each_status(const StreamSnapshot& stream, SeriesSink& sink) {
  const std::string_view present = ffmpeg_state(stream.status);
  for (const std::string_view state : {"running", "stopped", "crashed"}) {
    sink.add({{"status", state}}, state == present ? 1 : 0);
  }
}

void each_server(const StreamSnapshot& stream, SeriesSink& sink) {
  sink.add({{"source", stream.servers.source}, {"sink", stream.servers.sink}}, 1);
}

void add_states(recovery::State present, SeriesSink& sink) {
  for (std::size_t i = 0; i < recovery::state_count; ++i) {
    const auto state = static_cast<recovery::State>(i);
    sink.add({{"state", recovery::name(state)}}, state == present ? 1 : 0);
  }
}

void each_state(const StreamSnapshot& stream, SeriesSink& sink) {
  add_states(recovery::air_state(stream.status), sink);
}

void each_log_level(const StreamSnapshot& stream, SeriesSink& sink) {
  for (std::size_t i = 0; i < stream.log_lines.size(); ++i) {
    sink.add({{"level", monitor::name(static_cast<monitor::LogLevel>(i))}},
             number(stream.log_lines[i]));
  }
}

void add_cause(SeriesSink& sink, monitor::Cause cause, double value) {
  sink.add(
      {{"component", monitor::name(monitor::component_of(cause))}, {"cause", monitor::name(cause)}},
      value);
}

// All causes, those at 0 too: increase() does not see the first incident of a series that began
// with it.
void each_cause(const StreamSnapshot& stream, SeriesSink& sink) {
  for (std::size_t i = 0; i < stream.totals.incidents.size(); ++i) {
    add_cause(sink, static_cast<monitor::Cause>(i), number(stream.totals.incidents[i]));
  }
}

// What is wrong now: a counter of incidents does not show whether one is over.
void each_verdict(const StreamSnapshot& stream, SeriesSink& sink) {
  std::array<bool, monitor::cause_count> present{};
  for (const monitor::Cause cause : stream.warnings) {
    present.at(static_cast<std::size_t>(cause)) = true;
  }
  const auto& verdict = stream.status.verdict;
  if (verdict) present.at(static_cast<std::size_t>(verdict->cause)) = true;
  for (std::size_t i = 0; i < present.size(); ++i) {
    add_cause(sink, static_cast<monitor::Cause>(i), present[i] ? 1 : 0);
  }
}

void each_action(const StreamSnapshot& stream, SeriesSink& sink) {
  for (std::size_t i = 0; i < stream.totals.actions.size(); ++i) {
    sink.add({{"action", recovery::name(static_cast<recovery::DecisionKind>(i))}},
             number(stream.totals.actions[i]));
  }
}

void each_anomaly(const StreamSnapshot& stream, SeriesSink& sink) {
  for (std::size_t i = 0; i < stream.anomalies.size(); ++i) {
    const auto& anomaly = stream.anomalies[i];
    sink.add({{"kind", recovery::name(static_cast<recovery::AnomalyKind>(i))}},
             anomaly ? anomaly->score : 0);
  }
}

void each_output_up(const StreamSnapshot& stream, SeriesSink& sink) {
  for (const OutputSnapshot& output : stream.outputs) {
    sink.add({{"output", output.name}}, output.state == monitor::OutputState::on_air ? 1 : 0);
  }
}

void each_output_state(const StreamSnapshot& stream, SeriesSink& sink) {
  for (const OutputSnapshot& output : stream.outputs) {
    for (std::size_t i = 0; i < monitor::output_state_count; ++i) {
      const auto state = static_cast<monitor::OutputState>(i);
      sink.add({{"output", output.name}, {"state", monitor::name(state)}},
               state == output.state ? 1 : 0);
    }
  }
}

void each_output_delivered(const StreamSnapshot& stream, SeriesSink& sink) {
  for (const OutputSnapshot& output : stream.outputs) {
    if (!output.delivered_bytes) continue;
    sink.add({{"output", output.name}}, number(*output.delivered_bytes));
  }
}

void each_output_dropped(const StreamSnapshot& stream, SeriesSink& sink) {
  for (const OutputSnapshot& output : stream.outputs) {
    if (!output.dropped_bytes) continue;
    sink.add({{"output", output.name}}, number(*output.dropped_bytes));
  }
}

void each_encoder_state(const StreamSnapshot& stream, SeriesSink& sink) {
  if (!holds_outputs(stream)) return;
  add_states(encoder_state(stream.status), sink);
}

void each_switch(const StreamSnapshot& stream, SeriesSink& sink) {
  if (!holds_outputs(stream)) return;
  sink.add({{"to", "cover"}}, number(stream.totals.switches_to_cover));
  sink.add({{"to", "encoder"}}, number(stream.totals.switches_to_encoder));
}

void each_output_restart(const StreamSnapshot& stream, SeriesSink& sink) {
  for (const OutputSnapshot& output : stream.outputs) {
    sink.add({{"output", output.name}}, number(output.restarts));
  }
}

constexpr LabelledRow labelled_rows[] = {
    {{"radio_output_up", gauge,
      "1 while FFmpeg puts out to this output and, as far as that can be seen, it is taken."},
     each_output_up},
    {{"radio_output_state", gauge,
      "1 for the output's present state: starting, on_air, lost, stopped or waiting."},
     each_output_state},
    {{"radio_output_delivered_bytes_total", counter,
      "Bytes that the output's server acknowledged, over all launches; absent where no TCP "
      "connection shows it."},
     each_output_delivered},
    {{"radio_output_dropped_bytes_total", counter,
      "Bytes that a held output's queue could not hold while its server took too little."},
     each_output_dropped},
    {{"radio_encoder_state", gauge, "1 for the present state of a held stream's encoder."},
     each_encoder_state},
    {{"radio_stream_switches_total", counter,
      "Times that held outputs went on with something else: what stands in, or the encoder again."},
     each_switch},
    {{"radio_output_restarts_total", counter,
      "FFmpeg launched anew because this output's server was back."},
     each_output_restart},
    {{"radio_errors_total", counter, "Warnings, off-air incidents and escalations, by severity."},
     each_severity},
    {{"radio_ffmpeg_status", gauge, "1 for FFmpeg's present status: running, stopped or crashed."},
     each_status},
    {{"radio_stream_info", gauge,
      "1; the servers that the stream is read from and sent to, host:port, without credentials."},
     each_server},
    {{"radio_stream_state", gauge, "1 for the stream's present state."}, each_state},
    {{"radio_ffmpeg_log_lines_total", counter, "Lines FFmpeg wrote to its log."}, each_log_level},
    {{"radio_incidents_total", counter, "Incidents opened, by component and cause."}, each_cause},
    {{"radio_stream_verdict", gauge,
      "1 for each cause that holds now: the cause of being off air, and open warnings."},
     each_verdict},
    {{"radio_recovery_actions_total", counter, "Decisions of the recovery, by action."},
     each_action},
    {{"radio_stream_anomaly_score", gauge,
      "Deviation of the stream from its own history: 0 while normal, 1 and more while unusual."},
     each_anomaly},
};

}  // namespace

void write_labelled_series(const SnapshotStore::View& view, SeriesSink& sink) {
  for (const LabelledRow& row : labelled_rows) {
    sink.begin(row.info);
    for (const auto& stream : view.streams) {
      sink.of_stream(stream->name);
      row.each(*stream, sink);
    }
  }
}

}  // namespace http
