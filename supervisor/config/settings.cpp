#include "supervisor/config/settings.hpp"

#include <utility>

#include "supervisor/config/alerts_section.hpp"
#include "supervisor/config/auth_section.hpp"
#include "supervisor/config/duration.hpp"
#include "supervisor/config/exporters_section.hpp"
#include "supervisor/config/load.hpp"
#include "supervisor/config/slate_settings.hpp"
#include "supervisor/config/track_settings.hpp"
#include "supervisor/config/urls.hpp"
#include "supervisor/config/values.hpp"
#include "supervisor/config/witness_settings.hpp"
#include "supervisor/config/words.hpp"

namespace supervisor {

namespace {

using namespace std::chrono_literals;

const WordTable<LogFormat> log_formats{
    {"auto", LogFormat::automatic}, {"json", LogFormat::json}, {"text", LogFormat::text}};
const WordTable<LogLevel> log_levels{{"trace", LogLevel::trace},
                                     {"debug", LogLevel::debug},
                                     {"info", LogLevel::info},
                                     {"warning", LogLevel::warning},
                                     {"error", LogLevel::error}};
const WordTable<recovery::Restart> restarts{{"always", recovery::Restart::always},
                                            {"on-failure", recovery::Restart::on_failure},
                                            {"never", recovery::Restart::never}};
const WordTable<CoverSettings::Kind> covers{{"repeat", CoverSettings::Kind::repeat},
                                            {"slate", CoverSettings::Kind::slate},
                                            {"none", CoverSettings::Kind::none}};
const WordTable<SourceProbe> source_probes{
    {"media", SourceProbe::media}, {"connect", SourceProbe::connect}, {"none", SourceProbe::none}};
const WordTable<monitor::Witnesses> witnesses{{"all", monitor::Witnesses::all},
                                              {"progress", monitor::Witnesses::progress}};
const WordTable<recovery::StandbyChoice> standby_choices{
    {"auto", recovery::StandbyChoice::automatic},
    {"true", recovery::StandbyChoice::always},
    {"false", recovery::StandbyChoice::never}};
const WordTable<recovery::OnExhausted> exhaustions{
    {"keep_trying", recovery::OnExhausted::keep_trying},
    {"exit", recovery::OnExhausted::exit},
    {"stop", recovery::OnExhausted::stop}};

using http::exporters::StatsdFormat;
const WordTable<StatsdFormat> statsd_formats{{"dogstatsd", StatsdFormat::dogstatsd},
                                             {"plain", StatsdFormat::plain}};

// Each builder takes `field`: a function from the owner to a reference to the value.

template <class Owner, class Field>
Setting<Owner> duration(std::string_view key, Field field, monitor::Duration min,
                        monitor::Duration max) {
  return {key,
          [=](Owner& owner, const std::string& text) {
            field(owner) = read_duration(text, {min, max});
          },
          [=](const Owner& owner) { return print_duration(field(owner)); }};
}

template <class Owner, class Field>
Setting<Owner> number(std::string_view key, Field field, NumberRange range) {
  return {key,
          [=](Owner& owner, const std::string& text) { field(owner) = read_number(text, range); },
          [=](const Owner& owner) { return print_number(field(owner)); }};
}

template <class Owner, class Field>
Setting<Owner> integer(std::string_view key, Field field, std::uint64_t min, std::uint64_t max) {
  return {key,
          [=](Owner& owner, const std::string& text) {
            using Value = std::remove_reference_t<decltype(field(owner))>;
            field(owner) = static_cast<Value>(read_count(text, min, max));
          },
          [=](const Owner& owner) { return std::to_string(field(owner)); }};
}

template <class Owner, class Field>
Setting<Owner> boolean(std::string_view key, Field field) {
  return {key, [=](Owner& owner, const std::string& text) { field(owner) = read_boolean(text); },
          [=](const Owner& owner) { return std::string(field(owner) ? "true" : "false"); }};
}

template <class Owner, class Field>
Setting<Owner> path(std::string_view key, Field field) {
  return {key, [=](Owner& owner, const std::string& text) { field(owner) = read_path(text); },
          [=](const Owner& owner) { return field(owner); }};
}

template <class Owner, class Field, class Value>
Setting<Owner> choice(std::string_view key, Field field, const WordTable<Value>& words) {
  return {
      key,
      [=, &words](Owner& owner, const std::string& text) { field(owner) = read_word(text, words); },
      [=, &words](const Owner& owner) { return print_word(field(owner), words); }};
}

template <class Owner, class Field>
Setting<Owner> export_name(std::string_view key, Field field, bool may_be_empty = false) {
  return {key,
          [=](Owner& owner, const std::string& text) {
            field(owner) = read_export_name(text, may_be_empty);
          },
          [=](const Owner& owner) { return field(owner); }};
}

// A field of the owner by name. A macro, because a language without reflection has no other way to
// write it once for reading and for printing.
#define FIELD(path)          \
  [](auto& owner) -> auto& { \
    return owner.path;       \
  }

std::vector<Setting<Config>> make_exporter_settings() {
  using C = Config;
  return {
      export_name<C>("exporters.instance", FIELD(exporters.instance), true),
      export_name<C>("exporters.pushgateway.job", FIELD(exporters.pushgateway.job)),
      duration<C>("exporters.pushgateway.interval", FIELD(exporters.pushgateway.interval), 1s, 1h),
      boolean<C>("exporters.pushgateway.keep", FIELD(exporters.pushgateway.keep)),
      choice<C>("exporters.statsd.format", FIELD(exporters.statsd.format), statsd_formats),
      {"exporters.statsd.prefix",
       [](C& c, const std::string& text) { c.exporters.statsd.prefix = read_statsd_prefix(text); },
       [](const C& c) { return c.exporters.statsd.prefix; }},
      duration<C>("exporters.statsd.interval", FIELD(exporters.statsd.interval), 1s, 1h),
      export_name<C>("exporters.otlp.service_name", FIELD(exporters.otlp.service_name)),
      duration<C>("exporters.otlp.interval", FIELD(exporters.otlp.interval), 1s, 1h),
  };
}

std::vector<Setting<Config>> make_program_settings() {
  using C = Config;
  std::vector<Setting<C>> settings{
      {"http.listen", [](C& c, const std::string& text) { read_listen(text, c.http); },
       [](const C& c) { return print_listen(c.http); }},
      {"http.public_url",
       [](C& c, const std::string& text) {
         if (!text.empty()) c.http.public_url = read_public_url(text);
       },
       [](const C& c) { return c.http.public_url; }},
      {"http.metrics_path",
       [](C& c, const std::string& text) { c.http.metrics_path = read_metrics_path(text); },
       [](const C& c) { return c.http.metrics_path; }},
      boolean<C>("http.required", FIELD(http.required)),
      path<C>("http.tls.certificate", FIELD(http.tls.certificate)),
      path<C>("http.tls.private_key", FIELD(http.tls.private_key)),
      path<C>("http.auth.bearer_token_file", FIELD(http.auth.bearer_token_file)),
      choice<C>("http.auth.protect", FIELD(http.auth.protect), protect_words()),
      choice<C>("log.format", FIELD(log.format), log_formats),
      choice<C>("log.level", FIELD(log.level), log_levels),
      path<C>("journal.path", FIELD(journal_path)),
      integer<C>("journal.max_incidents", FIELD(journal_max_incidents), 1, 100'000),
      {"alerts.after", [](C& c, const std::string& text) { read_alert_after(text, c.alerts); },
       [](const C& c) { return print_alert_after(c.alerts); }},
  };
  for (auto& setting : make_exporter_settings()) settings.push_back(std::move(setting));
  return settings;
}

std::vector<Setting<StreamConfig>> make_monitor_settings() {
  using S = StreamConfig;
  return {
      duration<S>("monitor.sample_interval", FIELD(monitor.sample_interval), 10ms, 1h),
      duration<S>("monitor.stats_period", FIELD(monitor.stats_period), 10ms, 1h),
      duration<S>("monitor.startup_timeout", FIELD(monitor.startup_timeout), 100ms, week),
      duration<S>("monitor.freeze_timeout", FIELD(monitor.freeze_timeout), 100ms, week),
      number<S>("monitor.bitrate_drop.percent", FIELD(monitor.bitrate_drop.percent),
                {0, 100, true}),
      duration<S>("monitor.bitrate_drop.window", FIELD(monitor.bitrate_drop.window), 100ms, 1h),
      duration<S>("monitor.bitrate_drop.hold", FIELD(monitor.bitrate_drop.hold), 0s, week),
      choice<S>("monitor.bitrate_drop.action", FIELD(monitor.bitrate_drop.action),
                on_warning_words()),
      number<S>("monitor.min_speed.ratio", FIELD(monitor.min_speed.ratio), {0, 1, true}),
      duration<S>("monitor.min_speed.hold", FIELD(monitor.min_speed.hold), 0s, week),
      number<S>("monitor.cpu_percent", FIELD(monitor.cpu_percent), {0, 100, true}),
      number<S>("monitor.memory_mb", FIELD(monitor.memory_mb), {1, 16 * 1024 * 1024}),  // 16 TiB
      duration<S>("monitor.sink_stall_timeout", FIELD(monitor.sink_stall_timeout), 1s, week),
      duration<S>("monitor.source_stall_timeout", FIELD(monitor.source_stall_timeout), 1s, week),
      choice<S>("monitor.witnesses", FIELD(monitor.witnesses), witnesses),
      duration<S>("monitor.probe_interval", FIELD(recovery.probe_interval), 100ms, 1h),
  };
}

std::vector<Setting<StreamConfig>> make_recovery_settings() {
  using S = StreamConfig;
  return {
      boolean<S>("recovery.enabled", FIELD(recovery.enabled)),
      integer<S>("recovery.max_restart_attempts", FIELD(recovery.max_restart_attempts), 0, 1000),
      // Not 0: it paces the attempts of a stream that has given up.
      duration<S>("recovery.restart_cooldown", FIELD(recovery.restart_cooldown), 100ms, week),
      duration<S>("recovery.restart_delay.initial", FIELD(recovery.restart_delay.initial), 0s,
                  week),
      duration<S>("recovery.restart_delay.step", FIELD(recovery.restart_delay.step), 0s, week),
      number<S>("recovery.restart_delay.multiplier", FIELD(recovery.restart_delay.multiplier),
                {1, 10}),
      number<S>("recovery.restart_delay.jitter", FIELD(recovery.restart_delay.jitter), {0, 0.5}),
      duration<S>("recovery.stop_grace", FIELD(recovery.stop_grace), 0s, 1h),
      choice<S>("recovery.on_exhausted", FIELD(recovery.on_exhausted), exhaustions),
      duration<S>("recovery.audio_stream.retry_interval",
                  FIELD(recovery.audio_stream.retry_interval), 100ms, week),
      integer<S>("recovery.audio_stream.max_retries", FIELD(recovery.audio_stream.max_retries), 0,
                 100'000),
  };
}

std::vector<Setting<StreamConfig>> make_stream_settings() {
  using S = StreamConfig;
  std::vector<Setting<S>> settings{
      {"name", [](S& s, const std::string& text) { s.name = read_stream_name(text); },
       [](const S& s) { return s.name; }},
      choice<S>("restart", FIELD(recovery.restart), restarts),
      boolean<S>("no_new_privileges", FIELD(no_new_privileges)),
      boolean<S>("hold", FIELD(hold)),
      choice<S>("cover", FIELD(cover.kind), covers),
      duration<S>("cover_after", FIELD(cover.after), 200ms, 1h),
      choice<S>("fallback_standby", FIELD(fallback_standby), standby_choices)};
  for (auto& setting : slate_settings()) settings.push_back(std::move(setting));
  for (auto& setting : make_monitor_settings()) settings.push_back(std::move(setting));
  for (auto& setting : content_settings()) settings.push_back(std::move(setting));
  for (auto& setting : preview_settings()) settings.push_back(std::move(setting));
  for (auto& setting : make_recovery_settings()) settings.push_back(std::move(setting));
  for (auto& setting : planned_restart_settings()) settings.push_back(std::move(setting));
  for (auto& setting : source_settings()) settings.push_back(std::move(setting));
  settings.push_back(choice<S>("source.probe", FIELD(source_probe), source_probes));
  for (auto& setting : azuracast_settings()) settings.push_back(std::move(setting));
  for (auto& setting : sink_settings()) settings.push_back(std::move(setting));
  settings.push_back(choice<S>("sink.on_partial", FIELD(recovery.on_partial), on_warning_words()));
  for (auto& setting : track_settings()) settings.push_back(std::move(setting));
  return settings;
}

#undef FIELD

}  // namespace

const std::vector<Setting<Config>>& program_settings() {
  static const auto settings = make_program_settings();
  return settings;
}

const std::vector<Setting<Config>>& exporter_settings() {
  static const auto settings = make_exporter_settings();
  return settings;
}

const std::vector<Setting<StreamConfig>>& stream_settings() {
  static const auto settings = make_stream_settings();
  return settings;
}

std::string stream_prefix(std::size_t index) {
  return "streams[" + std::to_string(index) + "].";
}

void remember(Config& config, const std::string& key, Origin origin, const std::string& place) {
  config.origins[key] = origin;
  config.places[key] = place;
}

}  // namespace supervisor
