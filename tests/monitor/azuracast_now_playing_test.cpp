#include <string>

#include <gtest/gtest.h>

#include "monitor/probes/azuracast/now_playing_reader.hpp"

namespace monitor::probes {
namespace {

// As AzuraCast 0.20 sends it, with made-up values.
const std::string station =
    R"("station":{"id":4,"name":"Night FM","shortcode":"night_fm","description":"","frontend":"icecast",
    "backend":"liquidsoap","timezone":"UTC","listen_url":"http://h:8000/radio.mp3","url":null,
    "public_player_url":"http://h/public/night_fm","is_public":true,
    "mounts":[{"id":1,"name":"/radio.mp3","url":"http://h:8000/radio.mp3","bitrate":128,"format":"mp3",
    "listeners":{"total":2,"unique":2,"current":2},"path":"/radio.mp3","is_default":true}],"remotes":[],
    "hls_enabled":false,"hls_url":null,"hls_listeners":0},"listeners":{"total":2,"unique":2,"current":2})";
const std::string live_off =
    R"("live":{"is_live":false,"streamer_name":"","broadcast_start":null,"art":null})";
const std::string song =
    R"("song":{"id":"0f1e0f1e0f1e0f1e0f1e0f1e0f1e0f1e","art":"http://h/art","custom_fields":[],
    "text":"Ana - Dusk","artist":"Ana","title":"Dusk","album":"Nights","genre":"","isrc":"","lyrics":""})";
const std::string now_playing =
    R"("now_playing":{"sh_id":9120,"played_at":1760000000,"duration":212,"playlist":"Main","streamer":"",
    "is_request":true,)" +
    song + R"(,"elapsed":40,"remaining":172})";
const std::string rest =
    R"("playing_next":{"cued_at":1760000200,"played_at":1760000212,"duration":180.0,"playlist":"Main",
    "is_request":false,"song":{"text":"Ben - Dawn"}},
    "song_history":[{"sh_id":9119,"played_at":1759999800,"duration":200,"playlist":"Main","song":{}},
    {"sh_id":9118,"played_at":1759999600,"duration":200},{"sh_id":"x"},7],
    "is_online":true,"cache":"event")";

std::string object(const std::string& live = live_off, const std::string& playing = now_playing) {
  return "{" + station + "," + live + "," + playing + "," + rest + "}";
}

NowPlaying read(const std::string& text) {
  const NowPlayingReading reading = read_now_playing(text);
  EXPECT_EQ(reading.problem, "");
  EXPECT_EQ(reading.reports.size(), 1U);
  return reading.reports.empty() ? NowPlaying{} : reading.reports.front();
}

std::string problem(const std::string& text) {
  const NowPlayingReading reading = read_now_playing(text);
  EXPECT_TRUE(reading.reports.empty()) << text;
  return reading.problem;
}

TEST(NowPlayingObject, SaysWhatIsOnAir) {
  const NowPlaying report = read(object());
  EXPECT_EQ(report.sh_id, 9120);
  EXPECT_EQ(report.track, (Track{"Ana", "Dusk", "Nights", "Main", true}));
  EXPECT_EQ(report.played_at, 1760000000);
  EXPECT_EQ(report.duration, 212);
  EXPECT_EQ(report.elapsed, 40);
  EXPECT_EQ(report.made_at, 1760000040);
  EXPECT_FALSE(report.is_live);
  EXPECT_TRUE(report.is_online);
  EXPECT_EQ(report.station, "night_fm");
  EXPECT_EQ(report.station_id, 4);
  EXPECT_EQ(report.history, (std::vector<PastPlay>{{9119, 1759999800}, {9118, 1759999600}}));
}

TEST(NowPlayingObject, SaysWhoIsLive) {
  const NowPlaying report = read(object(
      R"("live":{"is_live":true,"streamer_name":"DJ Dawn","broadcast_start":1759999000,"art":"x"})"));
  EXPECT_TRUE(report.is_live);
  EXPECT_EQ(report.streamer, "DJ Dawn");
  EXPECT_EQ(report.broadcast_start, 1759999000);
}

TEST(NowPlayingObject, OfAStationThatIsOffLineHasNoPlay) {
  const NowPlaying report =
      read("{" + station + "," + live_off +
           R"(,"now_playing":{"sh_id":0,"played_at":0,"duration":0,"playlist":"","is_request":false,
      "song":{"text":"Station Offline","artist":"","title":"Station Offline"},
      "elapsed":1760000123,"remaining":0},"playing_next":null,"song_history":[],"is_online":false})");
  EXPECT_EQ(report.sh_id, 0);
  EXPECT_FALSE(report.is_online);
  EXPECT_EQ(report.played_at, 0);
  EXPECT_EQ(report.made_at, 1760000123);
}

TEST(NowPlayingObject, WhatIsNotSaidIsNotNeeded) {
  const NowPlaying report = read(R"({"now_playing":{"sh_id":7}})");
  EXPECT_EQ(report.sh_id, 7);
  EXPECT_TRUE(report.is_online);
  EXPECT_EQ(report.track, Track{});
  EXPECT_EQ(read(R"({"now_playing":{"sh_id":7,"song":null,"played_at":null,"playlist":null},
                  "live":null,"station":null,"song_history":null,"is_online":null})"),
            report);
}

TEST(NowPlayingObject, NumbersMayHaveFractions) {
  const NowPlaying report = read(
      R"({"now_playing":{"sh_id":7.0,"played_at":1760000000.9,"duration":212.43,"elapsed":3.5}})");
  EXPECT_EQ(report.sh_id, 7);
  EXPECT_EQ(report.played_at, 1760000000);
  EXPECT_DOUBLE_EQ(report.duration, 212.43);
}

TEST(NowPlayingObject, TimesThatAreNoneAreNotSaid) {
  const NowPlaying report = read(
      R"({"now_playing":{"sh_id":7,"played_at":1760000000000,"duration":-3,"elapsed":1e300}})");
  EXPECT_EQ(report.played_at, 0);
  EXPECT_EQ(report.duration, 0);
  EXPECT_EQ(report.elapsed, 0);
}

TEST(NowPlayingObject, AClampedElapsedDoesNotTellWhenItWasMade) {
  EXPECT_EQ(read(R"({"now_playing":{"sh_id":7,"played_at":1760000000,"duration":9,"elapsed":9}})")
                .made_at,
            0);
  EXPECT_EQ(read(R"({"now_playing":{"sh_id":7,"played_at":1760000000,"duration":0,"elapsed":99}})")
                .made_at,
            1760000099);
}

TEST(NowPlayingObject, ATitleThatWasNotPartedIsTheTitle) {
  EXPECT_EQ(
      read(R"({"now_playing":{"sh_id":7,"song":{"text":"Dusk live","artist":"","title":""}}})")
          .track.title,
      "Dusk live");
}

TEST(NowPlayingObject, TextsAreMadeHarmlessAndBounded) {
  const std::string title = std::string(10'000, 'x') + "\\n\\u0000\xFF";
  const NowPlaying report =
      read(R"({"now_playing":{"sh_id":7,"song":{"artist":"a\u0000\nb\u202e","title":")" + title +
           R"("}}})");
  EXPECT_EQ(report.track.artist, "a b");
  EXPECT_EQ(report.track.title.size(), 256U);
}

TEST(NowPlayingArray, HasAReportOfEachStation) {
  const NowPlayingReading reading = read_now_playing(
      "[" + object() + R"(,{"station":{"shortcode":"day"},"now_playing":{"sh_id":1}}])");
  ASSERT_EQ(reading.reports.size(), 2U);
  EXPECT_EQ(reading.reports[1].station, "day");
  EXPECT_TRUE(read_now_playing("[]").reports.empty());
  EXPECT_EQ(read_now_playing("[]").problem, "");
}

TEST(NowPlayingArray, OneThatIsBrokenDoesNotHideTheOthers) {
  const NowPlayingReading reading = read_now_playing("[3," + object() + "]");
  EXPECT_EQ(reading.reports.size(), 1U);
  EXPECT_EQ(reading.problem, "[0]: expected an object, found a number");
}

TEST(NotNowPlaying, IsToldByTheMemberThatIsWrong) {
  EXPECT_EQ(problem("{}"), "now_playing: expected an object, found nothing");
  EXPECT_EQ(problem("3"), "the text: expected an object, found a number");
  EXPECT_EQ(problem("null"), "the text: expected an object, found null");
  EXPECT_EQ(problem(R"({"now_playing":[]})"), "now_playing: expected an object, found a list");
  EXPECT_EQ(problem(R"({"now_playing":{}})"),
            "now_playing.sh_id: expected a whole number, found nothing");
  EXPECT_EQ(problem(R"({"now_playing":{"sh_id":"7"}})"),
            "now_playing.sh_id: expected a number, found a text");
  for (const char* number : {"-1", "1.5", "1e300"}) {
    EXPECT_EQ(problem(std::string(R"({"now_playing":{"sh_id":)") + number + "}}"),
              "now_playing.sh_id: expected a whole number, not negative, found a number");
  }
  EXPECT_EQ(problem(R"({"now_playing":{"sh_id":7,"song":"x"}})"),
            "now_playing.song: expected an object, found a text");
  EXPECT_EQ(problem(R"({"now_playing":{"sh_id":7,"song":{"title":7}}})"),
            "now_playing.song.title: expected a text, found a number");
  EXPECT_EQ(problem(R"({"now_playing":{"sh_id":7},"is_online":"yes"})"),
            "is_online: expected true or false, found a text");
  EXPECT_EQ(problem(R"({"now_playing":{"sh_id":7},"song_history":{}})"),
            "song_history: expected a list, found an object");
  EXPECT_EQ(problem(R"({"online":true,"timestamp":1})"),
            "now_playing: expected an object, found nothing");
}

TEST(NotNowPlaying, NorIsWhatIsNoJsonTooDeepOrTooLarge) {
  for (const std::string& text :
       {std::string("x"), std::string(), std::string(2000, '['), object().substr(0, 200)}) {
    const NowPlayingReading reading = read_now_playing(text);
    EXPECT_FALSE(reading.is_json);
    EXPECT_EQ(reading.problem, "no JSON, or deeper than 32 levels");
  }
  EXPECT_EQ(problem(std::string(now_playing_bytes + 1, ' ')), "the text is larger than 1 MiB");
}

TEST(FeedEvent, AnUpdateHasTheReport) {
  const NowPlayingReading reading =
      read_feed_event(R"({"channel":"station:night_fm","pub":{"data":{"np":)" + object() +
                      R"(,"triggers":["song_changed"],"current_time":1760000041},"offset":12}})");
  ASSERT_EQ(reading.reports.size(), 1U);
  EXPECT_EQ(reading.reports[0].sh_id, 9120);
}

TEST(FeedEvent, TheAnswerToTheConnectionHasWhatWasSaidLast) {
  const std::string np = R"({"np":)" + object() + R"(,"current_time":1760000041})";
  for (const std::string& text :
       {R"({"connect":{"client":"x","version":"5","data":[)" + np + R"(],"ping":25}})",
        R"({"connect":{"data":[{"channel":"station:night_fm","data":)" + np + "}]}}",
        R"({"connect":{"subs":{"global:time":{},"station:night_fm":{"recoverable":true,
            "publications":[{"data":)" +
            np + R"(,"offset":3}]}}}})"}) {
    const NowPlayingReading reading = read_feed_event(text);
    ASSERT_EQ(reading.reports.size(), 1U) << text;
    EXPECT_EQ(reading.reports[0].track.title, "Dusk");
  }
}

TEST(FeedEvent, PingsAndOtherChannelsAreNeitherReportsNorProblems) {
  for (const char* text : {"", ".", "{}", R"({"channel":"global:time","pub":{"data":{"time":1}}})",
                           R"({"connect":{}})", R"({"pub":{"data":[]}})", R"({"pub":7})"}) {
    const NowPlayingReading reading = read_feed_event(text);
    EXPECT_TRUE(reading.reports.empty()) << text;
    EXPECT_EQ(reading.problem, "") << text;
  }
}

TEST(FeedEvent, ABrokenOneIsAProblem) {
  EXPECT_EQ(read_feed_event("{").problem, "no JSON, or deeper than 32 levels");
  EXPECT_EQ(read_feed_event(R"({"pub":{"data":{"np":{}}}})").problem,
            "now_playing: expected an object, found nothing");
}

}  // namespace
}  // namespace monitor::probes
