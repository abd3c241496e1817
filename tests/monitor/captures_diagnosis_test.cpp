// What the diagnosis makes of real runs of FFmpeg: tests/captures/CASE has the command, its stderr
// and its progress, each line behind its seconds since launch.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "monitor/detectors/freeze.hpp"
#include "monitor/diagnosis.hpp"
#include "monitor/ffmpeg/progress.hpp"
#include "monitor/ffmpeg/sign_reader.hpp"
#include "tests/paths.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;

// Permanent: FFmpeg named a part of the command. That a file, a folder or a stream of the input is
// missing, or that a file is there already, may change.
struct Ended {
  const char* name;
  int code;
  Cause cause;
  bool permanent = false;
};

using enum Cause;

// Without a version: 5.1.9. Left out are the runs that were stopped on purpose.
constexpr Ended cases[] = {
    {"d_rtmp_server_killed", 1, sink_lost},
    {"d_rtmp_server_killed_4.4.1", 1, sink_lost},
    {"d_rtmp_server_killed_6.1.1", 224, sink_lost},
    {"d_rtmp_server_killed_7.1.5", 224, sink_lost},
    {"d_rtmp_server_killed_9.0.2", 224, sink_lost},
    {"e_rtmp_server_hang_rw_timeout", 1, sink_stalled},
    {"e_rtmp_server_hang_rw_timeout_7.1.5", 146, sink_stalled},
    {"e_rtmp_server_hang_sndbuf", 1, sink_stalled},
    {"e_rtmp_server_hang_sndbuf_9.0.2", 146, sink_stalled},
    {"f_rtmp_bad_host", 1, sink_unreachable},
    {"f_rtmp_not_up", 1, sink_unreachable},
    {"f_rtmp_not_up_4.4.1", 1, sink_unreachable},
    {"f_rtmp_not_up_6.1.1", 145, sink_unreachable},
    {"f_rtmp_not_up_7.1.5", 145, sink_unreachable},
    {"g_publish_denied", 1, sink_rejected},
    {"g_publish_denied_7.1.5", 224, sink_rejected},
    {"g_publish_name_in_use", 1, sink_rejected},
    {"g_publish_name_in_use_7.1.5", 255, sink_rejected},
    {"g_publish_no_such_app", 1, sink_rejected},
    {"g_publish_no_such_app_7.1.5", 251, sink_rejected},
    {"g_publish_on_publish_403", 1, sink_rejected},
    {"g_publish_on_publish_403_7.1.5", 251, sink_rejected},
    {"h_icecast_404", 1, source_missing},
    {"h_icecast_404_7.1.5", 8, source_missing},
    {"h_icecast_404_reconnect_flags", 1, source_missing},
    {"h_icecast_404_reconnect_flags_7.1.5", 8, source_missing},
    {"h_icecast_not_up", 1, source_unreachable},
    {"h_icecast_not_up_7.1.5", 145, source_unreachable},
    {"i_feeder_killed_audio_only", 0, source_ended},
    {"i_feeder_killed_audio_only_7.1.5", 0, source_ended},
    {"i_feeder_killed_audio_only_9.0.2", 0, source_ended},
    {"i_feeder_stopped_audio_only", 0, source_ended},
    {"i_feeder_stopped_audio_only_7.1.5", 0, source_ended},
    {"j_icecast_stopped_rw_timeout", 0, source_stalled},
    {"j_icecast_stopped_rw_timeout_7.1.5", 0, source_stalled},
    {"n_disk_full_mp4", 1, host_disk_full},
    {"n_disk_full_mp4_7.1.5", 228, host_disk_full},
    {"n_disk_full_mpegts", 1, host_disk_full},
    {"n_disk_full_mpegts_7.1.5", 228, host_disk_full},
    {"n_disk_full_second_output", 1, host_disk_full},
    {"n_disk_full_second_output_7.1.5", 228, host_disk_full},
    {"o_bad_bitrate", 1, command_invalid, true},
    {"o_bad_bitrate_7.1.5", 234, command_invalid, true},
    {"o_bad_map", 1, command_invalid, true},
    {"o_bad_map_7.1.5", 234, command_invalid, true},
    {"o_bad_option_value", 1, command_invalid, true},
    {"o_bad_option_value_7.1.5", 234, command_invalid, true},
    {"o_bad_progress_url", 1, command_invalid},
    {"o_bad_progress_url_7.1.5", 254, command_invalid},
    {"o_codec_not_in_container", 1, command_invalid},
    {"o_codec_not_in_container_7.1.5", 218, command_invalid},
    {"o_file_exists_nostdin", 1, command_invalid},
    {"o_file_exists_nostdin_7.1.5", 0, command_invalid},
    {"o_map_no_stream", 1, command_invalid},
    {"o_map_no_stream_7.1.5", 234, command_invalid},
    {"o_no_output", 1, command_invalid, true},
    {"o_no_output_7.1.5", 1, command_invalid, true},
    {"o_no_such_input_file", 1, source_missing},
    {"o_no_such_input_file_7.1.5", 254, source_missing},
    {"o_not_media", 1, source_corrupt},
    {"o_not_media_7.1.5", 183, source_corrupt},
    {"o_out_dir_missing", 1, command_invalid},
    {"o_out_dir_missing_7.1.5", 254, command_invalid},
    {"o_unknown_encoder", 1, command_invalid, true},
    {"o_unknown_encoder_7.1.5", 8, command_invalid, true},
    {"o_unknown_filter", 1, command_invalid, true},
    {"o_unknown_filter_7.1.5", 8, command_invalid, true},
    {"o_unknown_muxer", 1, command_invalid, true},
    {"o_unknown_muxer_7.1.5", 234, command_invalid, true},
    {"o_unknown_option", 1, command_invalid, true},
    {"o_unknown_option_7.1.5", 8, command_invalid, true},
    {"o_unknown_protocol", 1, command_invalid, true},
    {"o_unknown_protocol_7.1.5", 8, command_invalid, true},
    {"p_corrupt_mp3", 0, source_ended},
    {"p_corrupt_mp3_7.1.5", 0, source_ended},
    {"p_corrupt_ts_copy", 1, source_corrupt},
    {"p_corrupt_ts_copy_7.1.5", 183, source_corrupt},
    {"p_truncated_mp4", 1, source_corrupt},
    {"p_truncated_mp4_7.1.5", 183, source_corrupt},
    {"sig_normal_end", 1, command_invalid, true},  // its command lacks a word: "-i -re"
    {"sig_normal_end_7.1.5", 0, source_ended},
    {"u_hls_http_server_killed", 0, source_unreachable},
    {"u_hls_http_server_killed_7.1.5", 0, source_unreachable},
    {"u_hls_http_server_stopped", 0, source_unreachable},
    {"u_hls_http_server_stopped_7.1.5", 0, source_unreachable},
    {"x_connect_blackhole_default", 1, sink_unreachable},
    {"x_connect_blackhole_default_7.1.5", 146, sink_unreachable},
    {"x_dts_cat_ts_copy", 0, source_ended},
    {"x_dts_cat_ts_copy_7.1.5", 0, source_ended},
    {"x_dts_cat_ts_copyts", 0, source_ended},
    {"x_dts_cat_ts_copyts_7.1.5", 0, source_ended},
    {"x_dts_cat_ts_transcode", 0, source_ended},
    {"x_dts_cat_ts_transcode_7.1.5", 0, source_ended},
    {"x_http_mute_server_rw_timeout", 1, source_unreachable},
    {"x_http_mute_server_rw_timeout_7.1.5", 146, source_unreachable},
    {"x_icecast_out_bad_password", 1, sink_rejected},
    {"x_icecast_out_bad_password_7.1.5", 8, sink_rejected},
    {"x_icecast_out_killed", 1, sink_lost},
    {"x_icecast_out_killed_7.1.5", 224, sink_lost},
    {"x_icecast_out_mount_in_use", 1, sink_rejected},
    {"x_icecast_out_mount_in_use_7.1.5", 8, sink_rejected},
    {"x_icecast_out_not_up", 1, sink_unreachable},
    {"x_icecast_out_not_up_7.1.5", 145, sink_unreachable},
    {"x_max_error_rate", 69, source_corrupt},
    {"x_max_error_rate_7.1.5", 0, source_ended},
    {"x_rtmp_mute_server_rw_timeout", 1, sink_unreachable},
    {"x_rtmp_mute_server_rw_timeout_7.1.5", 146, sink_unreachable},
    {"x_rtmps_to_plain_port", 1, sink_unreachable},
    {"x_rtmps_to_plain_port_7.1.5", 251, sink_unreachable},
    {"x_srt_killed", 1, sink_lost},
    {"x_srt_killed_7.1.5", 251, sink_lost},
    {"x_srt_not_up", 1, sink_unreachable},
    {"x_srt_not_up_7.1.5", 251, sink_unreachable},
    {"x_srt_stopped", 1, sink_lost},
    {"x_srt_stopped_7.1.5", 251, sink_lost},
    {"x_two_outputs_rtmp_dies", 1, sink_lost},
    {"x_two_outputs_rtmp_dies_7.1.5", 224, sink_lost},
    {"x_xerror", 1, source_corrupt},
    {"x_xerror_7.1.5", 183, source_corrupt},
    {"y_icecast_out_stopped_1400k", 1, sink_stalled},
    {"y_icecast_out_stopped_1400k_7.1.5", 146, sink_stalled},
};

std::string path_of(const std::string& name, const char* file) {
  return paths::in_tests("captures/" + name + "/" + file);
}

// Words as a shell takes them; the captures quote with '…' only.
std::vector<std::string> words_of(const std::string& command) {
  std::vector<std::string> words;
  bool quoted = false;
  bool within = false;
  for (const char c : command) {
    if (c == '\'') {
      quoted = !quoted;
    } else if (c == ' ' && !quoted) {
      within = false;
      continue;
    }
    if (!within) words.emplace_back();
    within = true;
    if (c != '\'') words.back() += c;
  }
  return words;
}

Endpoints endpoints_of(const std::string& name) {
  std::ifstream file(path_of(name, "cmd.txt"));
  std::string command;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("ffmpeg -")) command = line;
  }
  const auto words = words_of(command);
  Endpoints endpoints;
  endpoints.arguments = words;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i] == "-i") endpoints.inputs.push_back(words[i + 1]);
  }
  if (!words.empty()) endpoints.outputs.push_back(words.back());
  return endpoints;
}

struct TimedLine {
  Instant at;
  std::string text;
};

const Instant launch = Instant{} + 100h;

std::vector<TimedLine> lines_of(const std::string& name, const char* file_name) {
  std::ifstream file(path_of(name, file_name));
  std::vector<TimedLine> lines;
  for (std::string line; std::getline(file, line);) {
    char* end = nullptr;
    const double at = std::strtod(line.c_str(), &end);
    const auto since = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(at));
    lines.push_back({launch + since, *end == ' ' ? end + 1 : end});
  }
  return lines;
}

// Both witnesses in the order of time, as the supervisor hears them.
Evidence replay(const std::string& name, Instant until = never) {
  const Endpoints endpoints = endpoints_of(name);
  const auto said = lines_of(name, "stderr.log");
  const auto told = lines_of(name, "progress.log");
  Evidence evidence;
  evidence.launched_at = evidence.last_advance = launch;
  FreezeDetector freeze(30s, 30s, launch);
  ProgressParser parser;
  SignReader signs(endpoints);
  auto line = said.begin();
  const auto hear_until = [&](Instant now) {
    for (; line != said.end() && line->at <= std::min(now, until); ++line) {
      const LogLine parsed = parse_log_line(line->text);
      if (const auto sign = signs.read(parsed, false)) {
        remember(evidence, {*sign, std::string(parsed.text), line->at});
      }
    }
  };
  for (const auto& [at, text] : told) {
    if (at > until) break;
    hear_until(at);
    for (const auto& block : parser.feed(text + "\n")) {
      evidence.progress = block;
      if (!freeze.on_progress(block, at)) continue;
      if (!evidence.first_advance) evidence.first_advance = at;
      evidence.last_advance = at;
    }
  }
  hear_until(until);
  return evidence;
}

class Capture : public testing::TestWithParam<Ended> {};

TEST_P(Capture, IsDiagnosed) {
  const Ended& wanted = GetParam();
  ASSERT_TRUE(std::ifstream(path_of(wanted.name, "stderr.log")).good()) << wanted.name;
  Evidence evidence = replay(wanted.name);
  evidence.exit = ExitStatus{.code = wanted.code, .signal = {}};
  const Instant end = lines_of(wanted.name, "stderr.log").back().at;

  const Verdict verdict = diagnose(evidence, {}, end, true);
  std::string sentences;
  for (const auto& sentence : verdict.evidence) sentences += "\n  " + sentence;
  EXPECT_EQ(name(verdict.cause), name(wanted.cause)) << sentences;
  EXPECT_EQ(permanence(evidence) == Strength::proven, wanted.permanent) << sentences;
}

INSTANTIATE_TEST_SUITE_P(Ffmpeg, Capture, testing::ValuesIn(cases), [](const auto& capture) {
  std::string name = capture.param.name;
  for (char& c : name) c = c == '.' ? '_' : c;
  return name;
});

struct Hung {
  const char* name;
  std::chrono::seconds looked_at;
  Cause cause;
};
constexpr Hung hung[] = {
    {"e_rtmp_server_hang_default", 60s, encoder_frozen},  // not a word on stderr
    {"e_rtmp_server_hang_default_7.1.5", 65s, encoder_frozen},
    {"l_ffmpeg_sigstop", 15s, encoder_frozen},
    {"h_icecast_404_reconnect_flags", 3s, source_missing},
    {"h_icecast_404_reconnect_flags_7.1.5", 3s, source_missing},
    {"i_feeder_killed_reconnect_flags", 25s, source_missing},
    {"i_feeder_killed_reconnect_flags_7.1.5", 25s, source_missing},
    {"j_icecast_stopped_rw_timeout_reconnect", 34s, source_stalled},
    {"j_icecast_stopped_rw_timeout_reconnect_7.1.5", 34s, source_stalled},
};

TEST(HungCapture, IsTheFaultOfWhomFfmpegNamesAndOtherwiseFrozen) {
  for (const auto& wanted : hung) {
    const Instant now = launch + wanted.looked_at;
    const Fault frozen{encoder_frozen, true, "No advance."};
    EXPECT_EQ(name(diagnose(replay(wanted.name, now), frozen, now, true).cause), name(wanted.cause))
        << wanted.name;
  }
}

// The runs that were stopped on purpose, or are healthy, leave nothing that would decide at a later
// end.
TEST(HealthyCapture, LeavesNoTellingSign) {
  for (const char* name :
       {"a_normal_rtmp", "a_normal_rtmp_4.4.1", "a_normal_rtmp_6.1.1", "a_normal_rtmp_7.1.5",
        "a_normal_rtmp_9.0.2", "b_audio_icecast", "b_audio_icecast_7.1.5", "b_audio_rtmp",
        "c_stream_copy", "c_stream_copy_9.0.2", "sig_SIGTERM", "sig_SIGTERM_7.1.5",
        "sig_SIGINT_7.1.5", "sig_q_on_stdin", "m_cpu_starved"}) {
    ASSERT_FALSE(lines_of(name, "stderr.log").empty()) << name;
    for (const auto& seen : replay(name).signs) {
      EXPECT_LT(seen.sign.rank, Sign::conclusive) << name << ": " << seen.text;
    }
  }
}

}  // namespace
}  // namespace monitor
