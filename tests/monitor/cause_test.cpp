#include "monitor/cause.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace monitor {
namespace {

Cause nth(std::size_t i) {
  return static_cast<Cause>(i);
}

TEST(Cause, NamesAreTheOnesPromised) {
  EXPECT_EQ(name(Cause::source_unreachable), "source_unreachable");
  EXPECT_EQ(name(Cause::source_black), "source_black");
  EXPECT_EQ(name(Cause::encoder_crashed), "encoder_crashed");
  EXPECT_EQ(name(Cause::bitrate_drop), "bitrate_drop");
  EXPECT_EQ(name(Cause::memory_high), "memory_high");
  EXPECT_EQ(name(Cause::sink_unreachable), "sink_unreachable");
  EXPECT_EQ(name(Cause::sink_stalled), "sink_stalled");
  EXPECT_EQ(name(Cause::host_out_of_memory), "host_out_of_memory");
  EXPECT_EQ(name(Cause::host_spawn_failed), "host_spawn_failed");
  EXPECT_EQ(name(Cause::command_invalid), "command_invalid");
  EXPECT_EQ(name(Cause::track_change), "track_change");
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

TEST(Cause, TheComponentOfPeopleIsWrittenWithoutAnUnderscore) {
  EXPECT_EQ(name(Component::operator_), "operator");
  EXPECT_EQ(name(Component::config), "config");
}

}  // namespace
}  // namespace monitor
