#include "supervisor/command_line/init_command.hpp"

#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "supervisor/config/load.hpp"

namespace supervisor {
namespace {

using Words = std::vector<std::string>;

struct Result {
  int code;
  std::string out, err;
};

Result init(const std::string& text, Words command = {}, std::optional<std::string> name = {}) {
  Options options;
  options.mode = Options::Mode::init;
  options.command = std::move(command);
  options.name = std::move(name);
  std::istringstream in(text);
  std::ostringstream out, err;
  const int code = run_init(options, in, out, err);
  return {code, out.str(), err.str()};
}

// What the printed configuration comes to, each variable being "<NAME>".
Config config_of(const Result& result) {
  EXPECT_EQ(result.code, 0) << result.err;
  Config config;
  read_yaml_text(result.out, "printed", config,
                 [](const char* name) { return '<' + std::string(name) + '>'; });
  return config;
}

Words names_of(const Config& config) {
  Words names;
  for (const StreamConfig& stream : config.streams) names.push_back(stream.name);
  return names;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Init, ACommandBecomesAConfigurationWithoutItsStreamKey) {
  const Result result =
      init("", {"ffmpeg", "-re", "-i", "http://azuracast:8000/radio.mp3", "-filter_complex",
                "[0:a]showwaves=size=1x1:mode=cline,format=yuv420p[v]", "-map", "[v]", "-metadata",
                "title=He said: \"no\" # 1", "-f", "flv",
                "rtmp://a.rtmp.youtube.com/live2/planted-key"});
  const Config config = config_of(result);
  EXPECT_EQ(names_of(config), Words{"radio"});
  EXPECT_EQ(config.streams[0].command,
            (Words{"ffmpeg", "-re", "-i", "http://azuracast:8000/radio.mp3", "-filter_complex",
                   "[0:a]showwaves=size=1x1:mode=cline,format=yuv420p[v]", "-map", "[v]",
                   "-metadata", "title=He said: \"no\" # 1", "-f", "flv",
                   "rtmp://a.rtmp.youtube.com/live2/<RADIO_KEY>"}));
  EXPECT_FALSE(contains(result.out + result.err, "planted"));
  EXPECT_TRUE(contains(result.out, "#   RADIO_KEY   key of stream radio\n")) << result.out;
  EXPECT_TRUE(contains(result.out, "#   ExecStart=/usr/bin/ffsupervisor --config"));
  EXPECT_TRUE(contains(result.out, "#   RADIO_KEY=…\n"));
  EXPECT_TRUE(contains(result.out, "#         RADIO_KEY: ${RADIO_KEY}\n"));
}

TEST(Init, EverySecretIsTakenOutByItsPosition) {
  const Result result = init(
      "", {"ffmpeg", "-headers", "Authorization: Bearer planted1\r\nX-Team: planted2\r\n",
           "-rtsp_transport", "tcp", "-i", "rtsp://admin:planted3@cam6.lan/s?token=planted4&ch=1",
           "-passphrase", "planted5", "-f", "mpegts", "srt://h:9000?streamid=planted6", "-f", "flv",
           "rtmp://h/live/planted7?x=planted8", "-f", "flv", "rtmp://h/live/planted7?x=planted8"});
  EXPECT_FALSE(contains(result.out + result.err, "planted")) << result.out;
  const Config config = config_of(result);
  const Words& command = config.streams.at(0).command;
  EXPECT_EQ(config.streams[0].name, "cam6");
  EXPECT_EQ(command[2], "Authorization: <CAM6_AUTHORIZATION>\r\nX-Team: <CAM6_X_TEAM>\r\n");
  EXPECT_EQ(command[6], "rtsp://admin:<CAM6_PASSWORD>@cam6.lan/s?token=<CAM6_TOKEN>&ch=1");
  EXPECT_EQ(command[8], "<CAM6_PASSPHRASE>");
  EXPECT_EQ(command.back(), command[command.size() - 4]) << "one secret, one variable";
}

TEST(Init, WordsThatLookLikeReferencesStayWords) {
  const Result result =
      init("", {"ffmpeg", "-i", "in.mp4", "-metadata", "title={env: HOME}", "out.mp4"});
  EXPECT_EQ(config_of(result).streams.at(0).command[4], "title={env: HOME}");
}

TEST(Init, NoVariableIsOneOfTheProgramsOwn) {
  const Config config =
      config_of(init("", {"ffmpeg", "-i", "http://h/a.mp3?api_key=planted1", "b.ts"}, "azuracast"));
  EXPECT_EQ(config.streams.at(0).command[2], "http://h/a.mp3?api_key=<AZURACAST_API_KEY_2>");
}

TEST(Init, TheNameMayBeGiven) {
  EXPECT_EQ(names_of(config_of(init("", {"ffmpeg", "-i", "a.mp3", "b.ts"}, "night-fm"))),
            Words{"night-fm"});
  EXPECT_EQ(init("", {"ffmpeg", "-i", "a.mp3", "b.ts"}, "two words").code, 2);
}

TEST(Init, AScriptWithSeveralCommandsBecomesSeveralStreams) {
  const Result result = init(R"(#!/bin/sh
# Don't stop.
KEY=planted-key
OPTIONS="-c copy -f flv"
while true; do
  ffmpeg -rtsp_transport tcp -i "rtsp://u:planted-pw@10.0.0.21/h264?a=1&b" \
    $OPTIONS rtmp://h/live/$KEY >> /tmp/log 2>&1
  sleep 5
done &
nohup ffmpeg -i rtsp://cam2.lan/x $OPTIONS "rtmp://h/live/${OTHER}" 2>&1 | tee log &
exec ffmpeg -i rtsp://cam2.lan/y $OPTIONS "rtmp://a.rtmp.youtube.com/live2/${OTHER}"
)");
  const Config config = config_of(result);
  EXPECT_EQ(names_of(config), (Words{"host-10-0-0-21", "cam2-h", "cam2-youtube"}));
  EXPECT_EQ(config.streams[0].command,
            (Words{"ffmpeg", "-rtsp_transport", "tcp", "-i",
                   "rtsp://u:<HOST_10_0_0_21_PASSWORD>@10.0.0.21/h264?a=1&b", "-c", "copy", "-f",
                   "flv", "rtmp://h/live/<HOST_10_0_0_21_KEY>"}));
  EXPECT_EQ(config.streams[1].command.back(), "rtmp://h/live/<OTHER>");
  EXPECT_FALSE(contains(result.out + result.err, "planted"));
}

TEST(Init, AShellWithAScriptIsReadAsThatScript) {
  const Config config =
      config_of(init("", {"sh", "-c", "K=planted; exec ffmpeg -i a.mp3 -f flv rtmp://h/live/$K"}));
  EXPECT_EQ(config.streams.at(0).command,
            (Words{"ffmpeg", "-i", "a.mp3", "-f", "flv", "rtmp://h/live/<A_KEY>"}));
}

TEST(Init, WhatCannotBeKnownIsLeftOutWithItsLine) {
  const Result result = init(
      "ffmpeg -i a -f flv rtmp://h/live/a\n"
      "for i in $(ls); do ffmpeg -i cam$i -f flv rtmp://h/live/b; done\n"
      "ffmpeg -i $(cat source) -f flv rtmp://h/live/c\n"
      "cat x | ffmpeg -i - -f flv rtmp://h/live/d\n"
      "ffmpeg -progress p -i a b.ts\n"
      "apt-get install -y ffmpeg; ffmpeg -version; pkill ffmpeg\n");
  EXPECT_EQ(config_of(result).streams.size(), 1u);
  for (const char* note :
       {"line 2: this FFmpeg was left out: what $i stands for is known only when the script runs",
        "line 3: this FFmpeg was left out: what $( stands for",
        "line 4: this FFmpeg was left out: "
        "it is a part of a pipe",
        "line 5: the command has a -progress"}) {
    EXPECT_TRUE(contains(result.err, note)) << note << '\n' << result.err;
  }
}

// The inputs of each, in order.
Words inputs_of(const std::string& script) {
  Words inputs;
  for (const StreamConfig& stream : config_of(init(script)).streams)
    inputs.push_back(stream.command.at(2));
  return inputs;
}

TEST(Init, ALoopOverAKnownListBecomesAStreamForEachOfIt) {
  EXPECT_EQ(inputs_of("for c in gate yard; do\n  ffmpeg -i $c.mp4 -f flv rtmp://h/a/$c &\ndone\n"),
            (Words{"gate.mp4", "yard.mp4"}));
  EXPECT_EQ(inputs_of("for i in {08..10}; do ffmpeg -i cam$i.ts o$i.ts; done; ffmpeg -i z y.ts"),
            (Words{"cam08.ts", "cam09.ts", "cam10.ts", "z"}));
  EXPECT_EQ(inputs_of("for i in $(seq 1 2); do U=rtsp://cam$i.lan/s; while :; do\n"
                      "ffmpeg -i \"$U\" o$i.ts; done; done\n"),
            (Words{"rtsp://cam1.lan/s", "rtsp://cam2.lan/s"}));
  EXPECT_EQ(
      inputs_of("L='a b'; for x in $L; do for y in 1 2; do ffmpeg -i $x$y $x$y.ts; done; done"),
      (Words{"a1", "a2", "b1", "b2"}));
}

// Each loop is bounded, and all of them together, too: these would be 10^15 commands.
TEST(Init, LoopsInLoopsAreBoundedTogether) {
  std::string script, ends;
  for (const char name : {'a', 'b', 'c', 'd', 'e'}) {
    script += std::string("for ") + name + " in {1..999}; do\n";
    ends += "done\n";
  }
  for (const char* body : {"ffmpeg -i c$a$b$c$d$e o$a.ts\n", "ffmpeg -i c$x o$a.ts\n", "true\n"}) {
    const Result result = init(script + body + ends);
    EXPECT_EQ(result.code, 2);
    EXPECT_TRUE(contains(result.err, "make too many commands, expected at most 1000"))
        << result.err;
  }
}

TEST(Init, ALoopThatNoConfigurationHoldsIsLeftOut) {
  for (const char* script : {"for i in {1..100000}; do ffmpeg -i c$i o$i.ts; done\n",
                             "for i in *.mp4; do for i in {1..999}; do for k in {1..999}; do\n"
                             "ffmpeg -i c$i$k o.ts; done; done; done\n",
                             "for i in 1 2; do ffmpeg -i c$i o$i.ts\n"}) {
    const Result result = init(script);
    EXPECT_EQ(result.code, 2) << result.out;
    EXPECT_TRUE(contains(result.err, "this FFmpeg was left out") ||
                contains(result.err, "expected at most"))
        << result.err;
  }
}

TEST(Init, AContainersFfmpegIsNamedAndLeftOut) {
  const Result result = init("docker run --rm jrottenberg/ffmpeg -i a b.ts\n");
  EXPECT_EQ(result.code, 2);
  EXPECT_TRUE(contains(result.err, "line 1: this FFmpeg was left out: it runs in a container"));
}

TEST(Init, AUnitOfSystemdBecomesAStream) {
  const Result result = init(
      "# of the studio\n[Unit]\nDescription=Radio\n[Service]\n"
      "Environment=\"SOURCE=http://icecast:8000/radio.mp3\" RATE=64k\n"
      "EnvironmentFile=/etc/radio\n"
      "ExecStartPre=/bin/sleep 1\n"
      "ExecStart=-/usr/bin/ffmpeg -re -i ${SOURCE} -metadata title='50 %% off' \\\n"
      "  # the rate\n"
      "  -b:a $RATE -f flv rtmp://h/live/${KEY}\n"
      "Restart=always\n");
  const Config config = config_of(result);
  EXPECT_EQ(names_of(config), Words{"radio"});
  EXPECT_EQ(config.streams.at(0).command,
            (Words{"/usr/bin/ffmpeg", "-re", "-i", "http://icecast:8000/radio.mp3", "-metadata",
                   "title=50 % off", "-b:a", "64k", "-f", "flv", "rtmp://h/live/<KEY>"}));
  EXPECT_TRUE(contains(init("[Service]\nExecStart=ffmpeg -i %i x.ts\n").err,
                       "line 2: this command was left out: what %i stands for"));
  EXPECT_TRUE(contains(init("[Service]\nExecStart=ffmpeg -i 'a\n").err,
                       "line 2: the quote ' is not closed"));
}

TEST(Init, TheVolumesOfAServiceAreKept) {
  const Result result = init(R"(
services:
  camera:
    image: jrottenberg/ffmpeg
    command: -i /clips/a -f flv rtmp://h/live/x
    volumes: ["./clips:/clips:ro", "media:/srv"]
    devices: [/dev/video0]
  other:
    image: ffmpeg
    command: -i /srv/b -f flv rtmp://h/live/y
    volumes: ["media:/srv", {type: bind, source: /a, target: /a}]
  database: {image: postgres, volumes: ["secret:/data"]}
)");
  EXPECT_TRUE(
      contains(result.out, "#         - ./clips:/clips:ro\n#         - media:/srv\n#       stop"))
      << result.out;
  EXPECT_TRUE(contains(result.out, "#     ffsupervisor:\n#     media:\n")) << result.out;
  EXPECT_FALSE(contains(result.out, "secret:/data"));
  EXPECT_TRUE(contains(result.err, "service camera: devices: not taken over"));
  EXPECT_TRUE(contains(result.err, "service other: a volume with type and source"));
}

TEST(Init, TheFilesThatFfmpegReadsAreMounted) {
  const Result result = init(
      "ffmpeg -i http://h/radio.mp3 -loop 1 -i cover.jpg -i ../jingle.mp3 -i /srv/a:b.mp4 \\\n"
      "  -i frames/f%03d.png -i '/srv/100$.png' -i \"$LOGO\" -f v4l2 -i /dev/video0 \\\n"
      "  -f flv rtmp://h/live/k\n"
      "ffmpeg -i cover.jpg -i shot%d.png -f flv rtmp://h/live/k2\n");
  EXPECT_TRUE(contains(result.out,
                       "#         - ./cover.jpg:/var/lib/ffsupervisor/cover.jpg:ro\n"
                       "#         - ../jingle.mp3:/var/lib/jingle.mp3:ro\n"
                       "#         - {type: bind, source: /srv/a:b.mp4, target: "
                       "/srv/a:b.mp4, read_only: true}\n"
                       "#         - ./frames:/var/lib/ffsupervisor/frames:ro\n"
                       "#         - \"/srv/100$$.png:/srv/100$$.png:ro\"\n"
                       "#       stop_grace_period"))
      << result.out;
  for (const char* name : {"cover.jpg", "../jingle.mp3", "frames/f%03d.png", "shot%d.png"}) {
    EXPECT_TRUE(contains(result.out, "#   " + std::string(name) + '\n')) << "for systemd: " << name;
  }
  EXPECT_FALSE(contains(result.out, "#   /dev/video0"));
  const Result none = init("", {"ffmpeg", "-i", "http://h/radio.mp3", "-f", "flv", "rtmp://h/l/k"});
  EXPECT_FALSE(contains(none.out, "Files that FFmpeg reads")) << none.out;
  EXPECT_FALSE(contains(none.out, "It reads these files")) << none.out;
}

TEST(Init, AKeyGetsNoVariableThatAnotherKeyHas) {
  const Result result = init(R"(
services:
  youtube:
    image: ffmpeg
    command: -i http://h/a -f flv rtmp://a.rtmp.youtube.com/live2/planted-efgh-ijkl
  other:
    image: ffmpeg
    command: -i http://h/a -f flv rtmp://a.rtmp.youtube.com/live2/${YOUTUBE_KEY}
)");
  const Config config = config_of(result);
  EXPECT_EQ(config.streams.at(0).command.back(), "rtmp://a.rtmp.youtube.com/live2/<YOUTUBE_KEY_2>");
  EXPECT_EQ(config.streams.at(1).command.back(), "rtmp://a.rtmp.youtube.com/live2/<YOUTUBE_KEY>");
  EXPECT_FALSE(contains(result.out + result.err, "planted"));
}

TEST(Init, AComposeFilesServicesBecomeStreams) {
  const Result result = init(R"(
x-common: &common
  restart: always
services:
  camera:
    <<: *common
    image: jrottenberg/ffmpeg
    command: -i "rtsp://u:planted1@c/x?a=1&b=2" -c copy -f flv rtmp://h/live/planted2
  radio:
    image: debian
    entrypoint: [ffmpeg]
    command:
      - -i
      - ${SOURCE:-http://icecast:8000/radio.mp3}
      - -f
      - flv
      - rtmp://h/live/${KEY}
  script:
    image: debian
    command: ["sh", "-c", "sleep 1; exec ffmpeg -i a.mp4 -f flv rtmp://h/live/$$KEY"]
  ours:
    image: ffsupervisor
    command: [--name, x, --, ffmpeg, -i, a.mp4, own.ts]
  database: {image: postgres, command: [postgres]}
)");
  const Config config = config_of(result);
  EXPECT_EQ(names_of(config), (Words{"camera", "radio", "script", "ours"})) << result.err;
  EXPECT_EQ(config.streams[0].command.front(), "ffmpeg");
  EXPECT_EQ(config.streams[0].command.back(), "rtmp://h/live/<CAMERA_KEY>");
  EXPECT_EQ(config.streams[1].command, (Words{"ffmpeg", "-i", "http://icecast:8000/radio.mp3", "-f",
                                              "flv", "rtmp://h/live/<KEY>"}));
  EXPECT_EQ(config.streams[2].command.back(), "rtmp://h/live/<KEY>");
  EXPECT_EQ(config.streams[3].command, (Words{"ffmpeg", "-i", "a.mp4", "own.ts"}));
  EXPECT_FALSE(contains(result.out + result.err, "planted")) << result.out;
}

TEST(Init, WhatHoldsNoCommandIsAnErrorThatSaysWhatIsExpected) {
  for (const char* text : {"", "echo ffmpeg\n", "services: {a: {image: x}}\n", "ffmpeg -version"}) {
    const Result result = init(text);
    EXPECT_EQ(result.code, 2) << text;
    EXPECT_EQ(result.out, "") << text;
    EXPECT_TRUE(contains(result.err, "ffsupervisor init -- ffmpeg")) << result.err;
  }
  EXPECT_TRUE(
      contains(init("x\nffmpeg -i 'planted\n").err, "init: line 2: the quote ' is not closed"));
  EXPECT_TRUE(contains(init("services: {a: [}\n").err, "init: line 1: not valid YAML"));
  EXPECT_TRUE(contains(init(std::string(2 << 20, 'x')).err, "more than 1 MiB"));
  EXPECT_TRUE(contains(init(std::string("a\0b", 3)).err, "no text in UTF-8"));
  EXPECT_TRUE(contains(init("", {"start.sh"}).err, "ffsupervisor init < FILE"));
  EXPECT_TRUE(contains(init("", {"sox", "a"}).err, "no FFmpeg with an input and an output"));
  EXPECT_EQ(init("ffmpeg -i a b.ts; ffmpeg -i c d.ts", {}, "n").code, 2);
}

// Lines of a script, `#` being the number.
Result cameras(const std::string& line, int count = 8) {
  std::string script;
  for (int i = 1; i <= count; ++i) {
    std::string one = line + " &\n";
    for (std::size_t at = 0; (at = one.find('#', at)) != std::string::npos;)
      one.replace(at, 1, std::to_string(i));
    script += one;
  }
  return init(script);
}

TEST(Init, CamerasOfOneAddressAreNamedByWhatDiffers) {
  const Words three{"cam1", "cam2", "cam3"};
  const std::string nvr = "ffmpeg -i rtsp://admin:planted-pw@192.168.1.9:554";
  EXPECT_EQ(names_of(config_of(cameras(nvr + "/cam# -f flv rtmp://127.0.0.1/live/cam#", 3))),
            three);
  EXPECT_EQ(names_of(config_of(cameras(nvr + "/cam# -f flv rtmp://a.example/live/planted#", 3))),
            three);
  EXPECT_EQ(names_of(config_of(cameras(nvr + "/h264/#/main -f flv rtmp://10.0.0.1/live/cam#", 3))),
            three);
  EXPECT_EQ(names_of(config_of(
                cameras(nvr + "/Streaming/Channels/#01 -f flv rtmp://a.example/live/planted#", 2))),
            (Words{"channels-101", "channels-201"}));
  EXPECT_EQ(names_of(config_of(cameras(
                nvr + "'/cam/realmonitor?channel=#&subtype=0' -f flv rtmp://a.example/l/pl#", 2))),
            (Words{"channel-1", "channel-2"}));
  EXPECT_EQ(names_of(config_of(cameras("ffmpeg -i rtsp://nvr.lan/cam# -f flv rtmp://h/l/p#", 2))),
            (Words{"nvr-cam1", "nvr-cam2"}));
  EXPECT_EQ(names_of(config_of(cameras("ffmpeg -i rtsp://10.0.0.#/s -f flv rtmp://h/l/p#", 2))),
            (Words{"host-10-0-0-1", "host-10-0-0-2"}));
}

TEST(Init, AKeyThatIsANameByEvidenceIsNone) {
  const auto output_of = [](const Result& result) {
    return config_of(result).streams.at(0).command.back();
  };
  EXPECT_EQ(output_of(init("ffmpeg -i rtsp://10.0.0.2/gate -f flv rtmp://h/live/gate")),
            "rtmp://h/live/gate")
      << "stands in the clear in the input";
  EXPECT_EQ(output_of(cameras("ffmpeg -i rtsp://10.0.0.#/s -f flv rtmp://192.168.0.3/live/cam#")),
            "rtmp://192.168.0.3/live/cam1")
      << "counts on";
  EXPECT_EQ(output_of(cameras("ffmpeg -i rtmp://h/live/cam# -f flv rtmp://h.lan/a/cam#")),
            "rtmp://h.lan/a/cam1");
}

TEST(Init, AKeyThatMayBeASecretStaysOne) {
  for (const char* script : {
           "ffmpeg -i rtsp://10.0.0.2/s -f flv rtmp://10.0.0.3/live/planted",
           "ffmpeg -i rtsp://10.0.0.2/planted@x -f flv rtmp://10.0.0.3/live/planted",
           "ffmpeg -i rtmp://10.0.0.2/live/planted -f flv rtmp://10.0.0.3/live/planted",
           "ffmpeg -i rtsp://u:planted@10.0.0.2/s -f flv rtmp://10.0.0.3/live/planted",
           "ffmpeg -i rtsp://10.0.0.2/cam1 -f flv rtmp://h/live/cam1?pw=planted",
           "ffmpeg -i rtsp://10.0.0.2/cam1 -f flv rtmp://h/live/planted/cam1",
           "ffmpeg -i a -f flv rtmp://h/l/planted1a2b; ffmpeg -i b -f flv rtmp://h/l/planted1a2c",
           "ffmpeg -i a -f flv rtmp://y.com/l/planted1; ffmpeg -i b -f flv rtmp://y.com/l/planted2",
           "ffmpeg -i a -f flv rtmp://8.8.8.8/l/planted1; ffmpeg -i b -f flv "
           "rtmp://8.8.8.8/l/planted2",
           "ffmpeg -i a -f flv rtmp://h/l/planted1; ffmpeg -i b -f flv rtmp://i/l/planted2",
       }) {
    const Result result = init(script);
    EXPECT_EQ(result.code, 0) << result.err;
    std::string out = result.out;
    const std::string in_the_clear = "10.0.0.2/planted@x";  // in the script, too
    if (const auto at = out.find(in_the_clear); at != std::string::npos)
      out.erase(at, in_the_clear.size());
    EXPECT_FALSE(contains(out + result.err, "planted")) << script << '\n' << out;
  }
}

TEST(Init, AKeyThatLooksLikeANameIsPointedOut) {
  const std::string hint = "key of stream a (if it is a plain name, write it into the command)\n";
  EXPECT_TRUE(contains(init("ffmpeg -i a.ts -f flv rtmp://nginx/live/stream").out, hint));
  EXPECT_FALSE(contains(init("ffmpeg -i a.ts -f flv rtmp://y.com/live/stream").out, hint));
  EXPECT_FALSE(contains(init("ffmpeg -i a.ts -f flv rtmp://nginx/live/a1b2-c3d4").out, hint));
}

TEST(Init, APasswordThatStreamsShareIsOneVariableNamedAfterNoStream) {
  const Result result = cameras(
      "ffmpeg -rtsp_transport tcp -i rtsp://admin:planted1@10.0.0.9/cam# -f flv rtmp://h/l/cam#");
  EXPECT_EQ(config_of(result).streams.at(7).command[4],
            "rtsp://admin:<RTSP_PASSWORD>@10.0.0.9/cam8");
  EXPECT_TRUE(
      contains(result.out, "#   RTSP_PASSWORD   password of 8 streams: cam1, cam2, cam3, …\n"))
      << result.out;
  EXPECT_FALSE(contains(result.out + result.err, "planted"));
  const Result other = init(
      "ffmpeg -passphrase planted1 -i srt://a.lan b.ts\n"
      "ffmpeg -passphrase planted1 -i srt://c.lan d.ts\n");
  EXPECT_TRUE(contains(other.out, "#   PASSPHRASE   passphrase of 2 streams: a, c\n")) << other.out;
}

TEST(Init, TheSameNamesTwiceGetNumbers) {
  const Config config =
      config_of(init("ffmpeg -i a.mp3 -f flv rtmp://h/l/x\n"
                     "ffmpeg -i b/a.mp3 -f flv rtmp://h/l/y\n"
                     "ffmpeg -f lavfi -i sine=1 -f null -\n"));
  EXPECT_EQ(names_of(config), (Words{"a", "a-2", "stream"}));
}

constexpr const char* plain = " -i rtsp://h/a -c copy -f flv rtmp://k/live/planted-key";

// What stands in front and lets FFmpeg go, or is another user, is the supervisor's.
TEST(Init, WhatStandsInFrontOfFfmpegIsTakenOffAndSaid) {
  const std::string ffmpeg = "ffmpeg" + std::string(plain);
  const std::vector<std::pair<std::string, std::string>> lines{
      {"sudo " + ffmpeg, "sudo"},
      {"sudo -u www -H " + ffmpeg, "sudo"},
      {"doas -u www " + ffmpeg, "doas"},
      {"setsid " + ffmpeg, "setsid"},
      {"su -c '" + ffmpeg + "' www", "su"},
      {"su - www -c '" + ffmpeg + "'", "su"},
      {"sudo -u www sh -c '" + ffmpeg + "'", "sudo"},
      {"tmux new-session -d -s cam '" + ffmpeg + "'", "tmux"},
      {"screen -dmS cam " + ffmpeg, "screen"},
      {"screen -dmS cam bash -c '" + ffmpeg + "'", "screen"},
      {"systemd-run --unit cam " + ffmpeg, "systemd-run"},
      {"runuser -u ffmpeg -- " + ffmpeg, "runuser"},
  };
  for (const auto& [line, program] : lines) {
    const Result result = init("#!/bin/sh\n" + line + "\n");
    ASSERT_EQ(result.code, 0) << line << '\n' << result.err;
    EXPECT_TRUE(contains(result.err, "line 2")) << line << '\n' << result.err;
    EXPECT_TRUE(contains(result.err, "taken over without " + program)) << line << result.err;
    EXPECT_EQ(config_of(result).streams.at(0).command.front(), "ffmpeg") << line;
    EXPECT_EQ(config_of(result).streams.at(0).command.size(), 8U) << line;
  }
  const Result kept = init("sudo nice -n 5 timeout 1h " + ffmpeg + "\nbash -c '" + ffmpeg + "'\n");
  EXPECT_EQ(config_of(kept).streams.at(0).command.front(), "nice") << kept.err;
  EXPECT_EQ(config_of(kept).streams.at(1).command.front(), "ffmpeg") << kept.err;
}

TEST(Init, WhatRunsInAnotherPlaceIsLeftOutWithItsLine) {
  for (const std::string line : {"docker exec -it cam ffmpeg", "sudo docker run --rm img ffmpeg",
                                 "ssh host ffmpeg", "kubectl exec pod -- ffmpeg"}) {
    const Result result = init("true\n" + line + plain + "\n");
    EXPECT_EQ(result.code, 2) << line;
    EXPECT_TRUE(contains(result.err, "line 2: this FFmpeg was left out: ")) << line << result.err;
  }
  EXPECT_FALSE(contains(init("docker exec cam which ffmpeg\nsudo apt-get install ffmpeg\n").err,
                        "left out"));
}

TEST(Init, OfACrontabOnlyWhatRunsAllTheTimeIsTakenOver) {
  const std::string ffmpeg = "ffmpeg" + std::string(plain);
  const Result timed = init("MAILTO=me\n*/5 * * * * " + ffmpeg + "\n");
  EXPECT_EQ(timed.code, 2);
  EXPECT_TRUE(contains(timed.err, "line 2: this FFmpeg was left out: cron starts it at its times"))
      << timed.err;
  for (const std::string front :
       {"@reboot ", "@reboot root ", "@reboot sudo -u www ", "@reboot www /usr/bin/sudo "}) {
    const Result result = init(front + ffmpeg + "\n");
    EXPECT_EQ(config_of(result).streams.at(0).command.front(), "ffmpeg") << front << result.err;
  }
}

TEST(Init, OfAUnitWhatStandsInFrontIsTakenOffToo) {
  const Result result =
      init("[Service]\nExecStart=/usr/bin/sudo -u www /usr/bin/ffmpeg" + std::string(plain) + "\n");
  EXPECT_EQ(config_of(result).streams.at(0).command.front(), "/usr/bin/ffmpeg") << result.err;
  EXPECT_TRUE(contains(result.err, "line 2: taken over without sudo")) << result.err;
}

}  // namespace
}  // namespace supervisor
