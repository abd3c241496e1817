#include "http/metrics/metrics.hpp"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>
#include <zlib.h>

#include "stage.hpp"

namespace {

using namespace std::chrono_literals;

// Series → value.
std::map<std::string, double> parse(const std::string& body) {
  std::map<std::string, double> series;
  std::istringstream lines(body);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    const std::size_t blank = line.rfind(' ');
    EXPECT_TRUE(series.emplace(line.substr(0, blank), std::stod(line.substr(blank + 1))).second)
        << "twice: " << line;
  }
  return series;
}
std::map<std::string, double> scrape(const Stage& stage) {
  return parse(stage.get("/metrics").body);
}

TEST(Metrics, TheFirstScrapeHasTheWholeFirstTable) {
  const Stage stage({snapshot_of("radio")});
  const auto reply = stage.get("/metrics");
  EXPECT_EQ(reply.headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const auto series = parse(reply.body);
  for (const char* name : {"radio_tracks_played_total{stream=\"radio\"}",
                           "radio_ffmpeg_restarts_total{stream=\"radio\"}",
                           "radio_errors_total{stream=\"radio\",severity=\"warning\"}",
                           "radio_errors_total{stream=\"radio\",severity=\"error\"}",
                           "radio_errors_total{stream=\"radio\",severity=\"critical\"}",
                           "radio_ffmpeg_status{stream=\"radio\",status=\"running\"}",
                           "radio_ffmpeg_status{stream=\"radio\",status=\"crashed\"}",
                           "radio_stream_uptime_seconds{stream=\"radio\"}",
                           "radio_current_track_duration_seconds{stream=\"radio\"}",
                           "radio_ffmpeg_cpu_usage_percent{stream=\"radio\"}",
                           "radio_ffmpeg_memory_mb{stream=\"radio\"}",
                           "radio_audio_stream_available{stream=\"radio\"}",
                           "radio_rtmp_connection_status{stream=\"radio\"}",
                           "radio_track_switch_duration_seconds_count{stream=\"radio\"}",
                           "radio_track_switch_duration_seconds_sum{stream=\"radio\"}"}) {
    ASSERT_TRUE(series.contains(name)) << name;
    EXPECT_EQ(series.at(name), 0) << name;
  }
  EXPECT_EQ(series.at("radio_ffmpeg_status{stream=\"radio\",status=\"stopped\"}"), 1);
  for (const char* bound : {"0.1", "0.2", "0.5", "1", "2", "5", "10", "+Inf"}) {
    EXPECT_TRUE(
        series.contains("radio_track_switch_duration_seconds_bucket{stream=\"radio\",le=\"" +
                        std::string(bound) + "\"}"))
        << bound;
  }
}

TEST(Metrics, AlertsAreCountedByReceiverAndOutcomeWhereThereAreReceivers) {
  Stage stage;
  EXPECT_EQ(stage.get("/metrics").body.find("radio_alerts_sent_total"), std::string::npos);
  std::vector<http::AlertCount> counts{{"slack", {}}, {"alertmanager", {{2, 1, 0}}}};
  stage.snapshots.publish(&http::Program::alerts,
                          std::make_shared<const std::vector<http::AlertCount>>(counts));
  const auto series = scrape(stage);
  EXPECT_EQ(series.at("radio_alerts_sent_total{receiver=\"slack\",outcome=\"delivered\"}"), 0);
  EXPECT_EQ(series.at("radio_alerts_sent_total{receiver=\"alertmanager\",outcome=\"delivered\"}"),
            2);
  EXPECT_EQ(series.at("radio_alerts_sent_total{receiver=\"alertmanager\",outcome=\"failed\"}"), 1);
}

TEST(Metrics, TheLoopsDelayIsAHistogramOnceItWasMeasured) {
  Stage stage;
  EXPECT_EQ(stage.get("/metrics").body.find("radio_supervisor_loop_delay"), std::string::npos);
  recovery::Histogram delay({0.01, 1});
  for (const double seconds : {0.001, 0.5}) delay.observe(seconds);
  stage.snapshots.publish(&http::Program::loop_delay,
                          std::make_shared<const recovery::Histogram>(delay));
  const auto series = scrape(stage);
  EXPECT_EQ(series.at("radio_supervisor_loop_delay_seconds_bucket{le=\"0.01\"}"), 1);
  EXPECT_EQ(series.at("radio_supervisor_loop_delay_seconds_bucket{le=\"+Inf\"}"), 2);
  EXPECT_EQ(series.at("radio_supervisor_loop_delay_seconds_sum"), 0.501);
}

TEST(Metrics, EachDependencyThatWasLookedAtHasItsSeries) {
  Stage stage;
  EXPECT_EQ(stage.get("/metrics").body.find("radio_dependency"), std::string::npos);
  std::vector<http::DependencyState> states{{"database", true, "", 12ms, {}},
                                            {"website", false, "", 5s, {}}};
  stage.snapshots.publish(&http::Program::dependencies,
                          std::make_shared<const std::vector<http::DependencyState>>(states));
  const auto series = scrape(stage);
  EXPECT_EQ(series.at("radio_dependency_up{dependency=\"database\"}"), 1);
  EXPECT_EQ(series.at("radio_dependency_up{dependency=\"website\"}"), 0);
  EXPECT_EQ(series.at("radio_dependency_probe_seconds{dependency=\"database\"}"), 0.012);
  EXPECT_EQ(series.at("radio_dependency_probe_seconds{dependency=\"website\"}"), 5);
  EXPECT_NE(stage.get("/metrics").body.find("# TYPE radio_dependency_up gauge"), std::string::npos);
}

TEST(Metrics, TheSourceIsThereWhenTheLatestWitnessSaysSo) {
  auto stream = on_air_snapshot("radio");
  const auto available = [&] {
    const Stage stage({stream});
    return scrape(stage).at("radio_audio_stream_available{stream=\"radio\"}");
  };
  EXPECT_EQ(available(), 1) << "on air, and no probe has run yet";
  stream->status.source_available = false;
  EXPECT_EQ(available(), 0) << "on air by another input";
}

TEST(Metrics, EveryCauseAndActionIsThereBeforeItHappens) {
  const Stage stage({snapshot_of("radio")});
  std::map<std::string, int> counts;
  for (const auto& [name, value] : scrape(stage)) ++counts[name.substr(0, name.find('{'))];
  EXPECT_EQ(counts["radio_incidents_total"], static_cast<int>(monitor::cause_count));
  EXPECT_EQ(counts["radio_stream_verdict"], static_cast<int>(monitor::cause_count));
  EXPECT_EQ(counts["radio_recovery_actions_total"], 5);
  EXPECT_EQ(counts["radio_stream_state"], static_cast<int>(recovery::state_count));
  EXPECT_EQ(counts["radio_ffmpeg_log_lines_total"], 8);
}

TEST(Metrics, TheServersOfAStreamAreLabels) {
  auto radio = snapshot_of("radio");
  radio->servers = {"studio:8000", "rtmp-1:1935,rtmp-2:1935"};
  const Stage stage({radio, snapshot_of("file")});
  const auto series = scrape(stage);
  EXPECT_EQ(series.at("radio_stream_info{stream=\"radio\",source=\"studio:8000\","
                      "sink=\"rtmp-1:1935,rtmp-2:1935\"}"),
            1);
  EXPECT_EQ(series.at("radio_stream_info{stream=\"file\",source=\"\",sink=\"\"}"), 1);
}

TEST(Metrics, TheVerdictIsWhatIsWrongNow) {
  const auto wrong = [](std::shared_ptr<http::StreamSnapshot> snapshot) {
    const Stage stage({std::move(snapshot)});
    std::set<std::string> found;
    for (const auto& [name, value] : scrape(stage)) {
      if (name.starts_with("radio_stream_verdict{") && value == 1) found.insert(name);
    }
    return found;
  };
  EXPECT_EQ(wrong(on_air_snapshot("radio")), std::set<std::string>{});
  EXPECT_EQ(wrong(cooling_snapshot("radio")),
            std::set<std::string>{
                R"(radio_stream_verdict{stream="radio",component="sink",cause="sink_lost"})"});
  auto warned = on_air_snapshot("radio");
  warned->warnings = {monitor::Cause::bitrate_drop, monitor::Cause::memory_high};
  warned->status.verdict = monitor::Verdict{monitor::Cause::bitrate_drop, {"it fell"}};
  EXPECT_EQ(
      wrong(warned),
      (std::set<std::string>{
          R"(radio_stream_verdict{stream="radio",component="encoder",cause="bitrate_drop"})",
          R"(radio_stream_verdict{stream="radio",component="encoder",cause="memory_high"})"}));
}

TEST(Metrics, ALiveShowIsToldFromTracks) {
  auto stream = on_air_snapshot("radio");
  const auto live = [&] {
    const Stage stage({stream});
    return scrape(stage).at("radio_current_track_live{stream=\"radio\"}");
  };
  EXPECT_EQ(live(), 0) << "no track is known";
  stream->track.emplace();
  EXPECT_EQ(live(), 0) << "none yet";
  stream->track->current.emplace();
  EXPECT_EQ(live(), 0);
  stream->track->current->is_live = true;
  EXPECT_EQ(live(), 1);
}

TEST(Metrics, WhatIsUnknownIsAbsentAndWhatIsKnownIsThere) {
  auto snapshot = on_air_snapshot("radio");
  Stage stage({snapshot});
  const auto before = scrape(stage);
  for (const char* name :
       {"radio_ffmpeg_fps", "radio_ffmpeg_speed_ratio", "radio_ffmpeg_output_bitrate_bps",
        "radio_ffmpeg_last_progress_timestamp_seconds", "radio_ffmpeg_start_timestamp_seconds"}) {
    EXPECT_FALSE(before.contains(std::string(name) + "{stream=\"radio\"}")) << name;
  }
  auto known = std::make_shared<http::StreamSnapshot>(*snapshot);
  known->readings.fps = 25;
  known->readings.speed = 1.01;
  known->readings.bitrate_bps = 2.5e6;
  known->launched_at = recovery::WallTime(1'800'000'000s);
  known->last_progress_at = recovery::WallTime(1'800'000'100'500ms);
  known->totals.frames = 123;
  known->totals.output_bytes = 9'007'199'254'740'991;
  known->log_lines[5] = 4;
  known->log_lines_suppressed = 6;
  known->readings.process = monitor::ProcessSample{'S', 150, 2, 100 * 1024 * 1024, 9};
  stage.snapshots.publish(0, known);
  const auto after = scrape(stage);
  EXPECT_EQ(after.at("radio_ffmpeg_fps{stream=\"radio\"}"), 25);
  EXPECT_EQ(after.at("radio_ffmpeg_speed_ratio{stream=\"radio\"}"), 1.01);
  EXPECT_EQ(after.at("radio_ffmpeg_output_bitrate_bps{stream=\"radio\"}"), 2.5e6);
  EXPECT_EQ(after.at("radio_ffmpeg_start_timestamp_seconds{stream=\"radio\"}"), 1.8e9);
  EXPECT_EQ(after.at("radio_ffmpeg_last_progress_timestamp_seconds{stream=\"radio\"}"),
            1'800'000'100.5);
  EXPECT_EQ(after.at("radio_ffmpeg_frames_total{stream=\"radio\"}"), 123);
  EXPECT_EQ(after.at("radio_ffmpeg_output_bytes_total{stream=\"radio\"}"), 9'007'199'254'740'991);
  EXPECT_EQ(after.at("radio_ffmpeg_log_lines_total{stream=\"radio\",level=\"error\"}"), 4);
  EXPECT_EQ(after.at("radio_ffmpeg_log_lines_suppressed_total{stream=\"radio\"}"), 6);
  EXPECT_EQ(after.at("radio_ffmpeg_cpu_usage_percent{stream=\"radio\"}"), 150);
  EXPECT_EQ(after.at("radio_ffmpeg_memory_mb{stream=\"radio\"}"), 100);
}

TEST(Metrics, OnAirShowsInEveryGaugeThatSpeaksOfIt) {
  const Stage stage;
  const auto series = scrape(stage);
  EXPECT_EQ(series.at("radio_audio_stream_available{stream=\"radio\"}"), 1);
  EXPECT_EQ(series.at("radio_rtmp_connection_status{stream=\"radio\"}"), 1);
  EXPECT_EQ(series.at("radio_stream_on_air_seconds_total{stream=\"radio\"}"), 300);
  EXPECT_EQ(series.at("radio_stream_off_air_seconds_total{stream=\"radio\"}"), 7);
  EXPECT_GE(series.at("radio_stream_uptime_seconds{stream=\"radio\"}"), 300);
}

TEST(Metrics, EachOutputIsNamed) {
  auto snapshot = snapshot_of("radio");
  snapshot->status.state = recovery::State::on_air;
  snapshot->has_rtmp_output = true;
  snapshot->outputs = {{.name = "a",
                        .state = monitor::OutputState::on_air,
                        .is_rtmp = true,
                        .delivered_bytes = 5000},
                       {.name = "file", .state = monitor::OutputState::on_air},
                       {.name = "b",
                        .state = monitor::OutputState::lost,
                        .is_rtmp = true,
                        .delivered_bytes = 0,
                        .restarts = 2}};
  const auto series = scrape(Stage({snapshot}));
  EXPECT_EQ(series.at("radio_output_up{stream=\"radio\",output=\"a\"}"), 1);
  EXPECT_EQ(series.at("radio_output_up{stream=\"radio\",output=\"b\"}"), 0);
  EXPECT_EQ(series.at("radio_output_state{stream=\"radio\",output=\"b\",state=\"lost\"}"), 1);
  EXPECT_EQ(series.at("radio_output_state{stream=\"radio\",output=\"b\",state=\"on_air\"}"), 0);
  EXPECT_EQ(series.at("radio_output_delivered_bytes_total{stream=\"radio\",output=\"a\"}"), 5000);
  EXPECT_FALSE(
      series.contains("radio_output_delivered_bytes_total{stream=\"radio\",output=\"file\"}"));
  EXPECT_EQ(series.at("radio_output_restarts_total{stream=\"radio\",output=\"b\"}"), 2);
  EXPECT_EQ(series.at("radio_rtmp_connection_status{stream=\"radio\"}"), 0)
      << "one of its two connections is gone";
}

TEST(Metrics, StateAndStatusAreOneHotInEveryState) {
  Stage stage;
  for (std::size_t i = 0; i < recovery::state_count; ++i) {
    auto snapshot = snapshot_of("radio");
    snapshot->status.state = static_cast<recovery::State>(i);
    snapshot->status.failed = i % 2 == 1;
    if (i < 3) snapshot->status.pid = 5;
    stage.snapshots.publish(0, snapshot);
    const auto series = scrape(stage);
    double states = 0, statuses = 0;
    for (const auto& [name, value] : series) {
      if (name.starts_with("radio_stream_state{")) states += value;
      if (name.starts_with("radio_ffmpeg_status{")) statuses += value;
    }
    EXPECT_EQ(states, 1);
    EXPECT_EQ(statuses, 1);
    EXPECT_EQ(series.at("radio_stream_state{stream=\"radio\",state=\"" +
                        std::string(recovery::name(snapshot->status.state)) + "\"}"),
              1);
    const char* status = i < 3 ? "running" : snapshot->status.failed ? "crashed" : "stopped";
    EXPECT_EQ(
        series.at("radio_ffmpeg_status{stream=\"radio\",status=\"" + std::string(status) + "\"}"),
        1);
  }
}

TEST(Metrics, ACoveredStreamIsNeitherOnAirNorOffAir) {
  auto covered = on_air_snapshot("radio");
  covered->outputs.push_back({.name = "own", .is_held = true});
  covered->status.covered_since = covered->status.on_air_since;
  covered->status.covered_total = 20s;
  covered->totals.switches_to_cover = 3;
  const auto series = scrape(Stage({covered}));
  EXPECT_EQ(series.at("radio_stream_state{stream=\"radio\",state=\"covered\"}"), 1);
  EXPECT_EQ(series.at("radio_stream_state{stream=\"radio\",state=\"on_air\"}"), 0);
  EXPECT_EQ(series.at("radio_encoder_state{stream=\"radio\",state=\"on_air\"}"), 1);
  EXPECT_GE(series.at("radio_stream_covered_seconds_total{stream=\"radio\"}"), 20);
  EXPECT_EQ(series.at("radio_stream_switches_total{stream=\"radio\",to=\"cover\"}"), 3);
}

TEST(Metrics, WhereNothingIsHeldNothingIsSaidOfCover) {
  const auto series = scrape(Stage({on_air_snapshot("radio")}));
  EXPECT_FALSE(series.contains("radio_stream_covered_seconds_total{stream=\"radio\"}"));
  EXPECT_EQ(series.at("radio_stream_state{stream=\"radio\",state=\"covered\"}"), 0);
}

TEST(Metrics, HistogramsAreCumulative) {
  auto snapshot = on_air_snapshot("radio");
  for (const double seconds : {0.3, 0.4, 31.0, 1e6}) {
    snapshot->totals.detection_seconds.observe(seconds);
  }
  const Stage stage({snapshot});
  const auto series = scrape(stage);
  const auto bucket = [&](const std::string& bound) {
    return series.at("radio_incident_detection_seconds_bucket{stream=\"radio\",le=\"" + bound +
                     "\"}");
  };
  EXPECT_EQ(bucket("0.1"), 0);
  EXPECT_EQ(bucket("0.5"), 2);
  EXPECT_EQ(bucket("60"), 3);
  EXPECT_EQ(bucket("+Inf"), 4);
  EXPECT_EQ(series.at("radio_incident_detection_seconds_count{stream=\"radio\"}"), 4);
  EXPECT_NEAR(series.at("radio_incident_detection_seconds_sum{stream=\"radio\"}"), 1000031.7, 0.01);
}

TEST(Metrics, OffAirTimeRunsOnBetweenSnapshots) {
  auto snapshot = cooling_snapshot("radio");
  snapshot->status.settled_at -= 5s;
  const Stage stage({snapshot});
  const std::string name = "radio_stream_off_air_seconds_total{stream=\"radio\"}";
  EXPECT_GE(scrape(stage).at(name), 12);
  EXPECT_EQ(scrape(stage).at("radio_stream_on_air_seconds_total{stream=\"radio\"}"), 300);
}

TEST(Metrics, CountersNeverShrink) {
  auto off_air = cooling_snapshot("radio");
  off_air->status.settled_at -= 5s;
  Stage stage({off_air});
  const auto before = scrape(stage);
  // Stamped just before that scrape, published after it.
  auto back = on_air_snapshot("radio");
  back->status.off_air_total = 12s - 3ms;
  stage.snapshots.publish(0, back);
  const auto after = scrape(stage);
  for (const auto& [name, value] : before) {
    if (name.find("_total{") == std::string::npos) continue;
    EXPECT_GE(after.at(name), value) << name;
  }
}

TEST(Metrics, APublishIsSeenByTheNextScrape) {
  auto snapshot = on_air_snapshot("radio");
  Stage stage({snapshot});
  for (std::uint64_t restarts = 1; restarts < 50; ++restarts) {
    auto next = std::make_shared<http::StreamSnapshot>(*snapshot);
    next->totals.restarts = restarts;
    stage.snapshots.publish(0, next);
    EXPECT_EQ(scrape(stage).at("radio_ffmpeg_restarts_total{stream=\"radio\"}"), restarts);
  }
}

TEST(Metrics, WithoutAPublishTimeStillGoesOn) {
  const Stage stage({cooling_snapshot("radio")});
  const std::string name = "radio_stream_off_air_seconds_total{stream=\"radio\"}";
  const double first = scrape(stage).at(name);
  EXPECT_TRUE(holds_soon([&] { return scrape(stage).at(name) > first; }));
}

TEST(Metrics, TheSupervisorTellsOfItself) {
  const Stage stage;
  const auto series = scrape(stage);
  EXPECT_GT(series.at("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(series.at("process_virtual_memory_bytes"), series.at("process_resident_memory_bytes"));
  EXPECT_GT(series.at("process_cpu_seconds_total"), 0);
  EXPECT_GE(series.at("process_open_fds"), 5);
  EXPECT_GE(series.at("process_max_fds"), series.at("process_open_fds"));
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_LE(series.at("process_start_time_seconds"), now + 1);
  EXPECT_GT(series.at("process_start_time_seconds"), now - 600);
  const auto body = stage.get("/metrics").body;
  EXPECT_NE(body.find("radio_supervisor_build_info{version=\""), std::string::npos);
}

TEST(Metrics, StrangeStreamNamesAreEscaped) {
  const Stage stage({on_air_snapshot("a\"b\\c\nd\xff")});
  const auto body = stage.get("/metrics").body;
  EXPECT_NE(body.find(R"({stream="a\"b\\c\nd)"
                      "\xEF\xBF\xBD\"}"),
            std::string::npos);
}

std::string unpacked(const std::string& packed) {
  z_stream stream{};
  inflateInit2(&stream, 15 + 16);
  std::string text(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

TEST(Metrics, GzipIsGivenToWhoAsksForIt) {
  const Stage stage;
  const auto reply = stage.get("/metrics", "Accept-Encoding: deflate, gzip;q=0.5\r\n");
  EXPECT_EQ(reply.headers.at("content-encoding"), "gzip");
  EXPECT_EQ(reply.headers.at("vary"), "Accept-Encoding");
  EXPECT_LT(reply.body.size(), 4000U);
  EXPECT_GT(parse(unpacked(reply.body)).size(), 100U);

  const auto refused = stage.get("/metrics", "Accept-Encoding: gzip;q=0, *\r\n");
  EXPECT_FALSE(refused.headers.contains("content-encoding"));
  EXPECT_EQ(refused.headers.at("vary"), "Accept-Encoding");
  EXPECT_FALSE(stage.get("/metrics").headers.contains("content-encoding"));
}

TEST(Metrics, PromtoolHasNothingNewToSay) {
  auto snapshot = on_air_snapshot("radio");
  snapshot->readings.fps = snapshot->readings.speed = snapshot->readings.bitrate_bps = 1;
  snapshot->launched_at = snapshot->last_progress_at = std::chrono::system_clock::now();
  const Stage stage({snapshot, cooling_snapshot("second")});
  char path[] = "/tmp/metrics-XXXXXX";
  ::close(::mkstemp(path));
  std::ofstream(path) << stage.get("/metrics").body;
  FILE* const promtool =
      ::popen(("promtool check metrics 2>&1 < " + std::string(path)).c_str(), "r");
  std::string said;
  for (int byte; (byte = std::fgetc(promtool)) != EOF;) said += static_cast<char>(byte);
  ::pclose(promtool);
  ::unlink(path);
  // The name is promised to existing dashboards, so this one remark stays.
  EXPECT_EQ(said, "radio_ffmpeg_memory_mb metric names should not contain abbreviated units\n");
}

}  // namespace
