#include "recovery/proof.hpp"

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "recovery/proof_for_command.hpp"
#include "tests/paths.hpp"

namespace recovery {
namespace {

using monitor::Strength;
using namespace std::chrono_literals;

const Instant now = Instant{} + 100h;

TEST(Proof, AStatisticsPageAloneEndsNoFfmpegThatAdvances) {
  EXPECT_FALSE(suffices({Strength::possible, now}, Act::end_advancing, now));
  EXPECT_FALSE(suffices({Strength::likely, now}, Act::end_advancing, now));
  EXPECT_TRUE(suffices({Strength::proven, now}, Act::end_advancing, now));
}

TEST(Proof, AnOldProofIsNone) {
  EXPECT_TRUE(suffices({Strength::proven, now - 10s}, Act::end_advancing, now));
  EXPECT_FALSE(suffices({Strength::proven, now - 11s}, Act::end_advancing, now));
  EXPECT_TRUE(suffices({Strength::proven, now - 10h}, Act::give_up, now)) << "words do not age";
}

TEST(Proof, EachActHasOneRow) {
  std::set<Act> acts;
  for (const Requirement& row : requirements()) EXPECT_TRUE(acts.insert(row.act).second);
  EXPECT_EQ(acts.size(), static_cast<std::size_t>(Act::send_second_term) + 1);
}

TEST(Proof, TheDocumentHasTheTable) {
  std::ifstream file(paths::in_repository("recovery/recovery.md"));
  const std::string document(std::istreambuf_iterator<char>(file), {});
  for (const Requirement& row : requirements()) {
    const std::string line = "| " + std::string(row.to) + " | " +
                             std::string(monitor::name(row.needs)) + " | " +
                             std::string(row.accepted) + " |";
    EXPECT_NE(document.find(line), std::string::npos) << line;
  }
}

TEST(Proof, WhatItComesToIsSaidForEveryActOfAnyCommand) {
  for (const bool yes : {false, true}) {
    recovery::Setup setup;
    setup.command.reports_progress = setup.command.source_listens = yes;
    setup.command.connects_output = setup.command.source_can_be_probed = yes;
    for (const Requirement& row : requirements()) {
      EXPECT_TRUE(proof_for_command(row.act, setup).ends_with('.'));
    }
  }
}

}  // namespace
}  // namespace recovery
