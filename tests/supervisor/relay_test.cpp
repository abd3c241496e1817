// The way of the media with real pipes: an encoder's MPEG-TS in, publishers' pipes out.

#include "supervisor/relay/relay.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "monitor/time.hpp"

namespace supervisor {
namespace {

using namespace std::chrono_literals;

// Of a second and a half, at once.
const std::string& media() {
  static const std::string bytes = [] {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> ffmpeg(
        ::popen("ffmpeg -v error -f lavfi -i testsrc2=s=160x90:r=25 -f lavfi -i sine=440 -t 1.5 "
                "-c:v libx264 -preset ultrafast -g 25 -c:a aac -f mpegts -pes_payload_size 0 -",
                "r"),
        ::pclose);
    std::string text;
    std::array<char, 65536> buffer;
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), ffmpeg.get())) {
      text.append(buffer.data(), count);
    }
    return text;
  }();
  return bytes;
}

class RelayTest : public testing::Test {
 protected:
  RelayTest() {
    std::signal(SIGPIPE, SIG_IGN);  // as the program does
    Relay::Reports reports;
    reports.on_parameters_known = [this](bool is_complete) { knows = is_complete; };
    reports.on_idle = [this](bool idle) { idles.push_back(idle); };
    reports.on_finished = [this] { has_finished = true; };
    reports.on_cover = [this](const RelayCover& cover) { covers.push_back(cover); };
    reports.on_switch = [this](const RelaySwitch& to) { switches.push_back(to); };
    relay = std::make_unique<Relay>(loop.get_executor(), recovery::splice::Options{}, reports);
  }

  // An encoder that has written all of it and ended.
  void encode() { encode_and_stay(); }
  // … and has not: the end that it writes to.
  Descriptor encode_and_stay() {
    Pipe pipe;
    EXPECT_TRUE(open_pipe(3, pipe));
    ::fcntl(pipe.write.get(), F_SETPIPE_SZ, 1 << 20);
    EXPECT_EQ(::write(pipe.write.get(), media().data(), media().size()),
              static_cast<ssize_t>(media().size()));
    relay->begin_encoder(std::move(pipe.read));
    return std::move(pipe.write);
  }
  // The end that a publisher reads.
  Descriptor publish(OutputNumber number) {
    Pipe pipe;
    EXPECT_TRUE(open_pipe(3, pipe));  // what is written to blocks
    relay->attach(number, std::move(pipe.write));
    return std::move(pipe.read);
  }
  // What comes until the pipe's end.
  std::string read_all(const Descriptor& pipe) {
    std::string text;
    std::array<char, 65536> buffer;
    for (const auto until = std::chrono::steady_clock::now() + 20s;
         std::chrono::steady_clock::now() < until;) {
      loop.restart();
      loop.run_for(10ms);
      const ssize_t count = ::read(pipe.get(), buffer.data(), buffer.size());
      if (count == 0) return text;
      if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    ADD_FAILURE() << "the pipe does not end";
    return text;
  }
  template <class Condition>
  bool comes(Condition condition) {
    for (const auto until = std::chrono::steady_clock::now() + 20s;
         std::chrono::steady_clock::now() < until;) {
      loop.restart();
      loop.run_for(10ms);
      if (condition()) return true;
    }
    return false;
  }

  boost::asio::io_context loop;
  std::unique_ptr<Relay> relay;
  std::vector<bool> idles;
  std::vector<RelayCover> covers;
  std::vector<RelaySwitch> switches;
  bool knows = false, has_finished = false;
};

TEST_F(RelayTest, AnOutputGetsWhatTheEncoderWroteAndThenTheEndOfItsPipe) {
  const Descriptor output = publish(0);
  encode();
  relay->finish(10s);
  const std::string text = read_all(output);
  EXPECT_GT(text.size(), media().size() / 2);
  EXPECT_EQ(text.size() % 188, 0U);
  EXPECT_EQ(text.front(), 0x47);
  EXPECT_TRUE(knows);
  EXPECT_TRUE(has_finished);
}

TEST_F(RelayTest, OneThatDoesNotReadDelaysNoOther) {
  const Descriptor hung = publish(0);
  const Descriptor well = publish(1);
  ::fcntl(hung.get(), F_SETPIPE_SZ, 4096);
  encode();
  std::string text;
  std::array<char, 65536> buffer;
  EXPECT_TRUE(comes([&] {
    const ssize_t count = ::read(well.get(), buffer.data(), buffer.size());
    if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
    return text.size() > media().size() / 2;
  }));
}

TEST_F(RelayTest, ItSaysWhenNothingComesAnyMore) {
  const Descriptor output = publish(0);
  encode();
  EXPECT_TRUE(comes([this] { return idles.size() == 2; }));
  EXPECT_EQ(idles, (std::vector<bool>{false, true}));
}

// A source may give six seconds at once and then pause for as long: that is no hole.
TEST_F(RelayTest, WhatCameInABurstLastsUntilItsTime) {
  const Descriptor output = publish(0);
  const Descriptor encoder = encode_and_stay();
  ASSERT_TRUE(comes([this] { return idles.size() == 1; }));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(comes([this] { return idles.size() == 2; }));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 2s);  // of media 1.5, and a second
}

// 64 KiB of sound are eight seconds: its publisher must not starve until they are over.
TEST_F(RelayTest, AnEncoderThatIsPacedGivesSteadily) {
  Descriptor output = publish(0);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> encoder(
      ::popen("exec ffmpeg -v error -f lavfi -i anoisesrc -c:a mp2 -b:a 64k -f mpegts -", "r"),
      ::pclose);
  const Descriptor read(::dup(::fileno(encoder.get())));
  ::fcntl(read.get(), F_SETFL, O_NONBLOCK);
  relay->begin_encoder(Descriptor(::dup(read.get())));
  std::array<char, 65536> buffer;
  std::optional<monitor::Instant> first, last;
  monitor::Duration longest{};
  EXPECT_TRUE(comes([&] {
    const auto now = std::chrono::steady_clock::now();
    if (::read(output.get(), buffer.data(), buffer.size()) > 0) {
      if (!first) first = now;
      longest = std::max(longest, now - last.value_or(now));
      last = now;
    }
    return first && now >= *first + 9s;
  }));
  EXPECT_LT(longest, 2s);
  relay.reset();
}

// Each output begins at the newest key frame: what is to come must not have gone by before.
TEST_F(RelayTest, WithoutAnOutputNoMoreIsReadThanIsDue) {
  encode();
  loop.run_for(200ms);
  const Descriptor output = publish(0);
  relay->finish(10s);
  EXPECT_GT(read_all(output).size(), media().size() * 9 / 10);
}

TEST_F(RelayTest, BytesThatHoldNoMediaAreNothing) {
  const Descriptor output = publish(0);
  const Descriptor encoder = encode_and_stay();
  ::fcntl(encoder.get(), F_SETFL, O_NONBLOCK);
  const std::string garbage(1000, 'x');
  EXPECT_TRUE(comes([&] {
    EXPECT_GT(::write(encoder.get(), garbage.data(), garbage.size()), 0);
    return idles.size() == 2;
  }));
  EXPECT_EQ(idles, (std::vector<bool>{false, true}));
}

TEST_F(RelayTest, APublisherThatIsGoneIsForgotten) {
  { const Descriptor gone = publish(0); }
  encode();
  relay->finish(10s);
  EXPECT_TRUE(comes([this] { return has_finished; }));
}

TEST_F(RelayTest, OneThatTakesNothingIsGivenUpAtTheEndOfTheMedia) {
  const Descriptor hung = publish(0);
  ::fcntl(hung.get(), F_SETPIPE_SZ, 4096);
  encode();
  const auto began = std::chrono::steady_clock::now();
  relay->finish(500ms);
  EXPECT_TRUE(comes([this] { return has_finished; }));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 1500ms);  // of media nearly 1.5 s
}

TEST_F(RelayTest, SomethingStandsInForAnEncoderThatHasEndedUntilTheNextOne) {
  recovery::splice::CoverPolicy policy;
  policy.is_allowed = true;
  relay->cover(policy);
  const Descriptor output = publish(0);
  std::array<char, 65536> buffer;
  const auto read_some = [&] {
    while (::read(output.get(), buffer.data(), buffer.size()) > 0) continue;
  };
  ::fcntl(output.get(), F_SETFL, O_NONBLOCK);
  encode();
  EXPECT_TRUE(comes([&] {
    read_some();
    return covers.size() == 1;
  }));
  EXPECT_EQ(covers.at(0), (RelayCover{true, true, true}));
  const std::size_t idle_before = idles.size();
  encode();
  EXPECT_TRUE(comes([&] {
    read_some();
    return covers.size() == 2;
  }));
  EXPECT_EQ(covers.at(1), RelayCover{});
  ASSERT_EQ(switches.size(), 2U);
  EXPECT_TRUE(switches[0].to_cover);
  EXPECT_FALSE(switches[1].to_cover);
  EXPECT_EQ(idles.size(), idle_before) << "the outputs were given something all the time";
  relay->finish(10s);
  EXPECT_TRUE(comes([&] {
    read_some();
    return has_finished;
  }));
  EXPECT_EQ(covers.size(), 2U) << "nothing stands in at the end";
}

TEST_F(RelayTest, WithoutAnEncoderItFinishesAtOnce) {
  const Descriptor output = publish(0);
  relay->finish(10s);
  EXPECT_EQ(read_all(output), "");
}

}  // namespace
}  // namespace supervisor
