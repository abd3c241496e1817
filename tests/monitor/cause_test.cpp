#include "monitor/cause.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace monitor {
namespace {

Cause nth(std::size_t i) {
  return static_cast<Cause>(i);
}

// The contract's list, in its order: dashboards and alert rules hang on it.
TEST(Cause, NamesAreTheOnesPromised) {
  const std::vector<std::string_view> promised{
      "source_unreachable", "source_missing",     "source_refused",    "source_stalled",
      "source_ended",       "source_corrupt",     "source_silent",     "source_frozen_picture",
      "source_black",       "encoder_crashed",    "encoder_failed",    "encoder_frozen",
      "encoder_slow",       "bitrate_drop",       "cpu_high",          "memory_high",
      "sink_unreachable",   "sink_rejected",      "sink_lost",         "sink_stalled",
      "host_out_of_memory", "host_cpu_throttled", "host_disk_full",    "host_spawn_failed",
      "command_invalid",    "stop_requested",     "restart_requested", "track_change",
  };
  ASSERT_EQ(promised.size(), cause_count);
  for (std::size_t i = 0; i < cause_count; ++i) EXPECT_EQ(name(nth(i)), promised[i]);
}

TEST(Cause, NoTwoShareAName) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < cause_count; ++i) names.insert(name(nth(i)));
  EXPECT_EQ(names.size(), cause_count);
}

// Each of these names begins with the component it belongs to, except four of the encoder's and the
// operator's.
TEST(Cause, BelongsToTheComponentItsNameBeginsWith) {
  for (const Component component :
       {Component::source, Component::encoder, Component::sink, Component::host}) {
    const std::string prefix = std::string(name(component)) + "_";
    for (std::size_t i = 0; i < cause_count; ++i) {
      if (!name(nth(i)).starts_with(prefix)) continue;
      EXPECT_EQ(component_of(nth(i)), component) << name(nth(i));
    }
  }
  EXPECT_EQ(component_of(Cause::bitrate_drop), Component::encoder);
  EXPECT_EQ(component_of(Cause::cpu_high), Component::encoder);
  EXPECT_EQ(component_of(Cause::memory_high), Component::encoder);
  EXPECT_EQ(component_of(Cause::command_invalid), Component::config);
  EXPECT_EQ(component_of(Cause::stop_requested), Component::operator_);
  EXPECT_EQ(component_of(Cause::restart_requested), Component::operator_);
  EXPECT_EQ(component_of(Cause::track_change), Component::operator_);
}

TEST(Cause, TheOperatorsComponentIsWrittenWithoutAnUnderscore) {
  EXPECT_EQ(name(Component::operator_), "operator");
  EXPECT_EQ(name(Component::config), "config");
}

}  // namespace
}  // namespace monitor
