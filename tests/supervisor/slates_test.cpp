// Slates as the machine's FFmpeg encodes them.

#include "supervisor/hold/slates.hpp"

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "services_stand.hpp"
#include "supervisor/child/child_process.hpp"

namespace supervisor {
namespace {

using recovery::splice::Codec;
using recovery::splice::VideoParameters;

struct SlatesTest : testing::Test {
  struct Given {
    std::size_t pipe;
    Slates::Made slate;
  };

  SlatesTest() {
    const ChildLauncher real = process_launcher(stand.loop.executor());
    slates = std::make_shared<Slates>(Slates::Context{
        .services = stand.services,
        .launch =
            [this, real](const ChildSpec& spec, ChildHandlers handlers, int& error_number) {
              ++launches;
              EXPECT_EQ(spec.niceness, 19);
              return real(spec, std::move(handlers), error_number);
            },
        .clock = machine_clock(),
        .stream = "radio",
        .on_slate =
            [this](std::size_t pipe, Slates::Made slate) {
              given.push_back({pipe, std::move(slate)});
            }});
  }

  static RelayPicture picture(std::uint32_t profile, Codec codec = Codec::h264) {
    return {.codec = codec,
            .parameters = {.width = 320,
                           .height = 180,
                           .profile = profile,
                           .chroma = 1,
                           .bit_depth = 8,
                           .is_interlaced = false},
            .key_frame_bytes = 1000};
  }
  static SlatePlan plan(const std::string& text, const std::string& image = "") {
    return {.program = {"ffmpeg"}, .image = image, .text = text};
  }
  // The next that is given.
  Slates::Made await() {
    const std::size_t before = given.size();
    EXPECT_TRUE(stand.until([&] { return given.size() > before; }));
    return given.empty() ? nullptr : given.back().slate;
  }

  ServicesStand stand;
  int launches = 0;
  std::vector<Given> given;
  std::shared_ptr<Slates> slates;
};

TEST_F(SlatesTest, HasTheParametersThatAreAskedFor) {
  slates->configure(plan("Back soon"));
  std::vector<RelayPicture> wanted{picture(66), picture(77), picture(100), picture(1, Codec::hevc)};
  wanted.push_back(picture(100));
  wanted.back().parameters.is_interlaced = true;
  wanted.push_back(picture(122));
  wanted.back().parameters.chroma = 2;
  wanted.back().parameters.bit_depth = 10;
  wanted.push_back(picture(110));
  wanted.back().parameters.bit_depth = 10;
  for (const RelayPicture& each : wanted) {
    slates->want(0, each);
    const Slates::Made slate = await();
    ASSERT_TRUE(slate) << describe(each.codec, each.parameters) << stand.logged();
    EXPECT_EQ(slate->codec, each.codec);
    EXPECT_EQ(slate->parameters, each.parameters);
  }
}

TEST_F(SlatesTest, IsMadeOnceForPicturesThatAreAlike) {
  slates->configure(plan("Back soon"));
  slates->want(0, picture(100));
  const Slates::Made first = await();
  ASSERT_TRUE(first);
  slates->want(1, picture(100));
  ASSERT_EQ(given.size(), 2U);
  EXPECT_EQ(given[1].pipe, 1U);
  EXPECT_EQ(given[1].slate, first);
  EXPECT_EQ(launches, 1);
}

TEST_F(SlatesTest, TextIsDrawnAsItStands) {
  slates->want(0, picture(100));
  slates->configure(plan("plain"));
  const Slates::Made plain = await();
  for (const std::string text :
       {"%{pts}", "a:b,c;d[e]=f", "it's \"so\" \\n \\\\", "drawtext=text=x", "é 日本\nzwei"}) {
    slates->configure(plan(text));
    const Slates::Made slate = await();
    ASSERT_TRUE(slate) << text << stand.logged();
    EXPECT_NE(slate->picture, plain->picture) << text;
  }
}

TEST_F(SlatesTest, WhatCannotBeMadeIsSaidOnceWithItsCause) {
  slates->configure(plan("", "/nowhere/slate.png"));
  slates->want(0, picture(100));
  EXPECT_FALSE(await());
  slates->want(0, picture(100));
  const std::string told = stand.logged();
  EXPECT_NE(told.find("slate_failed"), std::string::npos) << told;
  EXPECT_NE(told.find("/nowhere/slate.png: "), std::string::npos) << told;
  EXPECT_NE(told.find("No such file"), std::string::npos) << told;
  EXPECT_EQ(launches, 1);
}

TEST_F(SlatesTest, AnImageThatIsTornIsNotShown) {
  const auto path = std::filesystem::temp_directory_path() / ("torn_" + std::to_string(getpid()));
  std::ofstream(path, std::ios::binary) << "\x89PNG\r\n\x1a\n torn";
  slates->configure(plan("", path.string()));
  slates->want(0, picture(100));
  EXPECT_FALSE(await());
  std::filesystem::remove(path);
}

TEST_F(SlatesTest, ParametersThatNoEncoderMakesAreNotTried) {
  slates->configure(plan("x"));
  slates->want(0, picture(88));
  slates->want(1, picture(4, Codec::mpeg2_video));
  EXPECT_EQ(launches, 0);
  // libx264 writes High for 8 bits, though High 10 is asked for.
  slates->want(2, picture(110));
  EXPECT_FALSE(await());
  EXPECT_NE(stand.logged().find("FFmpeg made H.264 320x180, profile 100"), std::string::npos);
}

TEST_F(SlatesTest, AnFfmpegThatIsNotThereIsSaid) {
  SlatePlan absent = plan("x");
  absent.program = {"/nowhere/ffmpeg"};
  slates->configure(absent);
  slates->want(0, picture(100));
  EXPECT_FALSE(await());
  EXPECT_NE(stand.logged().find("FFmpeg cannot be launched: No such file"), std::string::npos);
}

TEST_F(SlatesTest, WithoutAPlanThereIsNoneAnyMore) {
  slates->configure(plan("x"));
  slates->want(0, picture(100));
  ASSERT_TRUE(await());
  slates->configure({});
  ASSERT_EQ(given.size(), 2U);
  EXPECT_FALSE(given[1].slate);
}

}  // namespace
}  // namespace supervisor
