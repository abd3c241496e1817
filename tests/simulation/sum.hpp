#pragma once

#include <chrono>
#include <cstdint>

#include "tests/simulation/held_world.hpp"
#include "tests/simulation/proof_rules.hpp"
#include "tests/simulation/world.hpp"

namespace simulation {

// What happened in many streams.
class Sum {
 public:
  void add(const World& world);
  void add(const HeldWorld& world);
  void add(const ProofRules::Seen& seen, std::uint64_t events);
  double days() const { return monitor::seconds(passed_) / 86'400; }
  void print() const;
  // False, and told, where enough streams were simulated and something still never happened: the
  // rules about it were not tried.
  bool everything_happened() const;

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  Duration passed_{};
  std::uint64_t streams_ = 0, events_ = 0;
  Tally tally_;
  ProofRules::Seen proofs_;
  Receiver::Tally deliveries_;
  HeldTally held_;
  std::uint64_t held_streams_ = 0;
};

}  // namespace simulation
