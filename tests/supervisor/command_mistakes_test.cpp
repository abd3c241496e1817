#include "supervisor/stream/command_mistakes.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "supervisor/command_line/check_command.hpp"

namespace supervisor {
namespace {

using Words = std::vector<std::string>;

std::string mistakes_of(const Words& command) {
  std::string text;
  const FfmpegCommand parsed(command);
  for (const std::string& mistake : misread_words(parsed)) text += mistake + '\n';
  for (const std::string& mistake : shell_words(parsed, {})) text += mistake + '\n';
  for (const std::string& mistake : command_mistakes(parsed, {})) text += mistake + '\n';
  return text;
}

TEST(Mistakes, EachIsNamedWithItsElementAndWhatToDo) {
  const std::string out = "rtmp://h/live/hunter22";
  const std::vector<std::pair<Words, std::string>> commands{
      {{"ffmpeg -i in -f flv " + out},
       "element 1 of the command holds several words, and no program has that name"},
      {{"ffmpeg", "-i", "in", "-c copy", "-f", "flv", out},
       "element 4 of the command holds two words: write -c and what is behind it"},
      {{"ffmpeg", "-i http://h/hunter22", "-f", "flv", out},
       "element 2 of the command holds two words: write -i and"},
      {{"ffmpeg", "-i", "in", "-c:v libx264", "-f", "flv", out}, "write -c:v and what"},
      {{"ffmpeg", "-re", "-i http://h/hunter22", "-c copy", "-f flv", out},
       "element 4 of the command holds two words: write -c and what is behind it as two elements\n"
       "element 5 of the command holds two words: write -f"},
      {{"ffmpeg", "-i", "in", "-f", "flv \"" + out + '"'},
       "element 5 of the command holds two words: a comma between them is missing, or a quote\n"},
      {{"ffmpeg", "-i", "in", "-b:a", "128k '" + out + "'"}, "element 5 of the command holds two"},
      {{"ffmpeg", "-i", "in", "-c:v", "copy -f", "flv", out}, "element 5 of the command holds two"},
      {{"ffmpeg", "-i", "in -c:a", "aac", "-f", "flv", out}, "element 3 of the command holds two"},
      {{"ffmpeg", "-i", "in", "-f", "flv", "rtmp://h/live/{env: KEY}"},
       "element 6 of the command holds {env: … or {file: …, which only a configuration file"},
      {{"ffmpeg", "-i", "in", "-f", "flv", "rtmp://h/live/***"},
       "element 6 of the command holds ***"},
      {{"ffmpeg", "-i", "in", "-f", "flv", "rtmp://h/live/{{ KEY }}"}, "holds {{ …, which nothing"},
      {{"ffmpeg", "-i", "in", "-f", "flv", "rtmp://h/live/${KEY}"},
       "element 6 of the command holds the variable KEY, which nothing replaces: write {env: KEY}"},
      {{"ffmpeg", "-i", "in", "-f", "flv", "rtmp://h/live/$KEY"}, "holds the variable KEY"},
      {{"ffmpeg", "-i", "in", "-f", "flv", "rtmp://h/live/$(cat k)"}, "holds $(…)"},
      {{"ffmpeg", "-i", "in", "-f", "flv", out, "|", "tee", "x"},
       "element 7 of the command is |, which only a shell understands"},
      {{"ffmpeg", "-i", "in", "-f", "flv", '"' + out + '"'}, "an output has quotes of its own"},
      {{"ffmpeg", "-i", "~/in.mp4", "-f", "flv", out}, "an input begins with ~"},
      {{"ffmpeg", "-i", "in", out},
       "rtmp://… is written to without -f, and FFmpeg cannot tell "
       "its format by the name: write -f flv"},
      {{"ffmpeg", "-i", "in", "srt://h:9000"}, "write -f and the format, such as mpegts"},
      {{"ffmpeg", "-i", "in"}, "FFmpeg has no output"},
      {{"ffmpeg", "-f", "flv", out}, "FFmpeg has no input"},
  };
  for (const auto& [command, expected] : commands) {
    const std::string found = mistakes_of(command);
    EXPECT_NE(found.find(expected), std::string::npos) << expected << '\n' << found;
    EXPECT_EQ(found.find("hunter22"), std::string::npos) << found;
  }
}

// A secret may look like a variable; none of it is said.
TEST(Mistakes, NothingOfASecretIsJudgedOrShown) {
  StreamConfig stream;
  stream.hidden.texts = {"pa$WORD77", "$(x)***"};
  const FfmpegCommand command(
      {"ffmpeg", "-i", "rtsp://a:pa$WORD77@h/", "-f", "flv", "rtmp://h/live/$(x)***"});
  EXPECT_TRUE(shell_words(command, stream).empty()) << shell_words(command, stream).front();
  EXPECT_TRUE(command_mistakes(command, stream).empty());
}

TEST(Mistakes, WhatIsMeantSoIsNone) {
  const std::vector<Words> commands{
      {"ffmpeg", "-i", "in", "-metadata", "-c copy", "-f", "flv", "rtmp://h/live/k"},
      {"ffmpeg", "-i", "in", "-metadata", "title=5$ a", "out.mp4"},
      {"ffmpeg", "-i", "in", "-metadata", "title=a \"b\"", "-vf", "drawtext=text='a b'", "x.mp4"},
      {"ffmpeg", "-i", "My Show - live.mp3", "-headers", "Cookie: \"b\"", "out.mp4"},
      {"ffmpeg", "-i", "in", "-media_seg_name", "c-$RepresentationID$-$Number%05d$.m4s", "-f",
       "dash", "x.mpd"},
      {"ffmpeg", "-i", "in", "http://h/live.m3u8"},
      {"ffmpeg", "-i", "in", "-f", "tee", "[f=flv]rtmp://h/l/k|[f=mpegts]udp://1.2.3.4:5"},
      {"sh", "-c", "exec ffmpeg -i in -f flv rtmp://h/live/$KEY | tee x"},
      {"my-encoder", "a b"},
      {"ffmpeg", "-filter_complex", "testsrc[v]", "-map", "[v]", "-f", "null", "-"},
  };
  for (const Words& command : commands) EXPECT_EQ(mistakes_of(command), "") << command.back();
}

struct Result {
  int code;
  std::string out, err;
};

Result check(const std::string& text, Options options = {}) {
  const std::string path = testing::TempDir() + "mistakes_" + std::to_string(getpid()) + ".yml";
  std::ofstream(path) << "http: {listen: \"127.0.0.1:0\"}\n" << text;
  options.config_file = path;
  std::ostringstream out, err;
  const auto environment = [](const char* name) -> std::optional<std::string> {
    if (name == std::string("PATH")) return "/usr/bin:/bin";
    if (name == std::string("KEY")) return "planted-key";
    return std::nullopt;
  };
  const int code = run_check(options, environment, out, err);
  return {code, out.str(), err.str()};
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.ends_with(end);
}

TEST(CheckSummary, TheLastLineCountsStreamsAndWarnings) {
  EXPECT_EQ(check("streams: [{command: [sh, -c, ffmpeg]}]\n").err.find("OK"),
            check("streams: [{command: [sh, -c, ffmpeg]}]\n").err.rfind("OK"));
  const Result result = check(
      "streams:\n"
      "  - {name: a, command: ffmpeg -i tcp://in:1 -c copy -f flv rtmp://localhost/live/k}\n"
      "  - {name: b, command: [ffmpeg, -i, \"tcp://in:1\", -f, flv, "
      "\"rtmp://127.0.0.1:1935/live/k\"]}\n"
      "  - {name: c, command: [ffmpeg, -i, in, -c copy, -f, flv, \"rtmp://h/live/l\"]}\n");
  EXPECT_EQ(result.code, 0);
  EXPECT_TRUE(ends_with(result.err, "OK: 3 streams, 2 warnings\n")) << result.err;
  EXPECT_NE(result.err.find("streams a and b have one output"), std::string::npos);
  EXPECT_NE(result.err.find("stream c: element 4 of the command holds two words"),
            std::string::npos);
}

TEST(CheckSummary, WhatNothingReplacesIsNamedBesideWordsThatAreMisread) {
  const Result result = check(
      "streams: [{name: a, command: [ffmpeg, \"-rtsp_transport tcp\", -i, "
      "\"rtsp://u:${PASS}@h/s\", -f, flv, \"rtmp://h/live/$KEY\"]}]\n");
  for (const char* warning : {"element 2 of the command holds two words: write -rtsp_transport",
                              "element 4 of the command holds the variable PASS",
                              "element 7 of the command holds the variable KEY"}) {
    EXPECT_NE(result.err.find(warning), std::string::npos) << warning << '\n' << result.err;
  }
  EXPECT_TRUE(ends_with(result.err, "OK: 1 stream, 3 warnings\n")) << result.err;
}

// Of `outputs:` as of the command, its elements counted from its own first one.
TEST(Mistakes, OfAnOutputBesideTheCommandAreNamedWithItsKey) {
  const Result result = check(
      "streams:\n"
      "  - command: [ffmpeg, -re, -i, \"tcp://in:1\", -c, copy]\n"
      "    outputs:\n"
      "      yt: [-f, flv, \"rtmp://h/live/${KEY}\"]\n"
      "      tw: {args: [-f, flv, \"rtmp://h/live/$KEY\"]}\n"
      "      fb: [-f flv, \"rtmp://h/live/{env: KEY}\"]\n");
  for (const char* expected :
       {"stream radio: element 3 of outputs.yt holds the variable KEY, which nothing replaces",
        "stream radio: element 3 of outputs.tw holds the variable KEY",
        "stream radio: element 1 of outputs.fb holds two words: write -f"})
    EXPECT_NE(result.err.find(expected), std::string::npos) << expected << '\n' << result.err;
}

TEST(Mistakes, AnEscapedReferenceInAFileIsMeant) {
  const Result result = check(
      "streams: [{command: [ffmpeg, -i, \"tcp://in:1\", -metadata, \"title={{env: KEY}\", -f, "
      "\"null\", -]}]\n");
  EXPECT_TRUE(ends_with(result.err, "OK: 1 stream, 0 warnings\n")) << result.err;
}

// It is made of what goes out, however many inputs there are.
TEST(Mistakes, OfAHeldStreamEachPictureIsPossible) {
  const std::string stream =
      "streams: [{command: [ffmpeg, -i, \"tcp://a:1\", -i, \"tcp://b:1\", -c, copy, -f, flv, "
      "\"rtmp://h/live/k\"], monitor: {preview: {picture: 10s}}";
  EXPECT_NE(check(stream + "}]\n").err.find("preview.picture"), std::string::npos);
  const Result held = check(stream + ", hold: true}]\n");
  EXPECT_EQ(held.err.find("preview.picture"), std::string::npos) << held.err;
}

TEST(Mistakes, ATeeIsNotSaidToHaveTheOptionY) {
  const Result result = check(
      "streams: [{command: [ffmpeg, -i, \"tcp://a:1\", -c, copy, -map, \"0\", -f, tee, "
      "\"a.mkv|[f=flv]rtmp://h/live/k\"]}]\n");
  EXPECT_NE(result.err.find("in a tee, with or without -y, each restart"), std::string::npos)
      << result.err;
}

// One mount: the second one takes it from the first, whatever their passwords.
TEST(CheckSummary, OneDestinationWithTwoPasswordsIsOneOutput) {
  const Result result = check(
      "streams:\n"
      "  - {name: a, command: [ffmpeg, -i, \"tcp://i:1\", -f, mp3, \"icecast://s:one@h/m\"]}\n"
      "  - {name: b, command: [ffmpeg, -i, \"tcp://i:1\", -f, mp3, \"icecast://s:two@h/m\"]}\n");
  EXPECT_NE(result.err.find("streams a and b have one output"), std::string::npos) << result.err;
}

TEST(CheckSummary, ATelegramWithoutAChatIsAnErrorAsAtTheStart) {
  const Result result = check(
      "alerts: {webhooks: [\"https://api.telegram.org/bot1:planted/sendMessage\"]}\n"
      "streams: [{command: [ffmpeg, -i, \"tcp://i:1\", -f, \"null\", -]}]\n");
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find(".yml:2: alerts.webhooks[0].url: for telegram it has no chat"),
            std::string::npos)
      << result.err;
  EXPECT_EQ(result.err.find("planted"), std::string::npos);
}

TEST(CheckSummary, WhatDefaultsRefuseIsNotExpectedThere) {
  const Result result = check("defaults: {zzzzzz: 1}\nstreams: [{command: ffmpeg -i a b}]\n");
  EXPECT_NE(result.err.find("unknown key \"defaults.zzzzzz\""), std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("name"), std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("command"), std::string::npos) << result.err;
}

TEST(CheckSummary, AnErrorIsTheLastLineAndNothingIsOk) {
  const Result result = check("streams: [{command: [ffmpeg, -i, a, b], restart: x}]\n");
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err.find("OK"), std::string::npos);
  EXPECT_EQ(result.out, "");
}

TEST(CheckSummary, QuietLeavesTheConfigurationOut) {
  Options options;
  options.quiet = true;
  const Result result =
      check("streams: [{command: [ffmpeg, -i, \"tcp://in:1\", -f, \"null\", -]}]\n", options);
  EXPECT_EQ(result.out, "");
  EXPECT_TRUE(ends_with(result.err, "OK: 1 stream, 0 warnings\n")) << result.err;
}

TEST(CheckSummary, ChangedPrintsWhatIsNoDefault) {
  Options options;
  options.changed = true;
  const Result result = check(
      "streams:\n"
      "  - command: [ffmpeg, -i, a, -f, \"null\", -]\n"
      "    monitor: {freeze_timeout: 9s, bitrate_drop: {hold: 1s}}\n"
      "  - {name: b, command: [ffmpeg, -i, b, -f, \"null\", -], recovery: {stop_grace: 2s}}\n"
      "alerts: {webhooks: [{url: \"http://h/planted-path\"}]}\n",
      options);
  std::string shape;
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) {
    shape += line.substr(0, line.find("  #"))
                 .substr(0, line.find_last_not_of(' ', line.find(" #")) + 1) +
             '\n';
  }
  EXPECT_EQ(shape,
            "http:\n"
            "  listen: 127.0.0.1:0\n"
            "alerts:\n"
            "  webhooks:\n"
            "    - url: \"http://h/***\"\n"
            "streams:\n"
            "  - name: radio\n"
            "    command: [ffmpeg, -i, a, -f, \"null\", \"-\"]\n"
            "    monitor:\n"
            "      freeze_timeout: 9s\n"
            "      bitrate_drop:\n"
            "        hold: 1s\n"
            "  - name: b\n"
            "    command: [ffmpeg, -i, b, -f, \"null\", \"-\"]\n"
            "    recovery:\n"
            "      stop_grace: 2s\n");
  Config again;
  read_yaml_text(result.out, "printed", again);
  EXPECT_EQ(again.streams.at(1).name, "b");
}

// As a whole element, within one and in text that warnings quote.
TEST(CheckSummary, WhatAReferenceStandsForIsNotShown) {
  const Result result = check(
      "streams:\n"
      "  - name: a\n"
      "    command: [ffmpeg, -i, \"http://h/planted-key/{env: KEY}/x\", -metadata, {env: KEY}, -y, "
      "\"/x/{env: KEY}.ts\"]\n"
      "    fallback: 'ffmpeg -i {env: KEY} /y/{env: KEY}.ts'\n"
      "    outputs: {o: [-f, flv, \"rtmp://h/{env: KEY}\"]}\n");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ((result.out + result.err).find("planted"), std::string::npos)
      << result.out << result.err;
}

}  // namespace
}  // namespace supervisor
