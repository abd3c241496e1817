#include "http/eviction.hpp"

#include <list>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "http/connections.hpp"
#include "http/network.hpp"

namespace {

using namespace std::chrono_literals;
using http::ConnectionState;
using Phase = http::ConnectionPhase;

class Crowd {
 public:
  ConnectionState& add(const std::string& network, Phase phase, std::chrono::milliseconds age) {
    ConnectionState& state = states_.emplace_back(boost::asio::ip::tcp::socket(context_), network);
    state.phase = phase;
    state.since = now_ - age;
    members_[network].insert(&state);
    return state;
  }
  void add_many(int count, const std::string& network, Phase phase, std::chrono::milliseconds age) {
    for (int i = 0; i < count; ++i) add(network, phase, age);
  }
  const ConnectionState* victim() const { return http::choose_victim(members_, now_); }
  const ConnectionState* slow_reader(std::chrono::milliseconds at_least,
                                     const ConnectionState* spared = nullptr) const {
    return http::choose_slow_reader(members_, now_, at_least, spared);
  }

 private:
  boost::asio::io_context context_;
  const http::SteadyTime now_ = http::SteadyTime{} + 1h;
  std::list<ConnectionState> states_;
  http::ConnectionsByNetwork members_;
};

TEST(Eviction, NobodyIsChosenWhereNobodyIs) {
  EXPECT_EQ(Crowd().victim(), nullptr);
}

TEST(Eviction, OneAddressTakesNoRoomOfAnother) {
  Crowd crowd;
  crowd.add("scraper", Phase::idle, 50s);
  crowd.add_many(9, "stranger", Phase::reading, 0ms);
  EXPECT_EQ(crowd.victim()->network, "stranger");
}

TEST(Eviction, ManyAddressesWithFewEachAreLookedAtTogether) {
  Crowd crowd;
  crowd.add_many(6, "browser", Phase::idle, 500ms);
  const auto& stuck = crowd.add("stranger", Phase::reading, 2s);
  EXPECT_EQ(crowd.victim(), &stuck);
}

TEST(Eviction, WhatIsStuckGoesBeforeWhatIsIdle) {
  Crowd crowd;
  crowd.add("a", Phase::idle, 50s);
  crowd.add("a", Phase::reading, 3s);
  const auto& oldest = crowd.add("a", Phase::writing, 4s);
  EXPECT_EQ(crowd.victim(), &oldest);
}

TEST(Eviction, TheLongestIdleGoesBeforeABusyOne) {
  Crowd crowd;
  crowd.add("a", Phase::streaming, 1h);
  crowd.add("a", Phase::answering, 9s);
  crowd.add("a", Phase::reading, 900ms);
  crowd.add("a", Phase::idle, 20s);
  const auto& oldest = crowd.add("a", Phase::idle, 50s);
  EXPECT_EQ(crowd.victim(), &oldest);
}

TEST(Eviction, WhoHasJustComeStays) {
  Crowd crowd;
  crowd.add("a", Phase::idle, 0ms);
  crowd.add_many(600, "a", Phase::reading, 10ms);
  EXPECT_EQ(crowd.victim()->phase, Phase::reading);
}

TEST(SlowReader, IsOfTheNetworkThatHasMostUnsent) {
  Crowd crowd;
  crowd.add("honest", Phase::writing, 5s).unsent_bytes = 1000;
  crowd.add("greedy", Phase::writing, 2s).unsent_bytes = 800;
  auto& oldest = crowd.add("greedy", Phase::writing, 3s);
  oldest.unsent_bytes = 800;
  EXPECT_EQ(crowd.slow_reader(1s), &oldest);
}

TEST(SlowReader, IsNotWhoHasJustReadSomethingNorWhoAsks) {
  Crowd crowd;
  auto& one = crowd.add("a", Phase::writing, 500ms);
  one.unsent_bytes = 1000;
  EXPECT_EQ(crowd.slow_reader(1s), nullptr);
  EXPECT_EQ(crowd.slow_reader(0s), &one);
  EXPECT_EQ(crowd.slow_reader(0s, &one), nullptr);
}

TEST(Network, IsAnAddressOfIpv4OrA64OfIpv6) {
  using http::network_of;
  EXPECT_NE(network_of("192.0.2.1"), network_of("192.0.2.2"));
  EXPECT_EQ(network_of("2001:db8::1"), network_of("2001:db8::2"));
  EXPECT_NE(network_of("2001:db8::1"), network_of("2001:db8:0:1::1"));
}

}  // namespace
