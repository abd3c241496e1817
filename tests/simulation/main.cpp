// Years of one stream's life in seconds: a seeded simulation of the core, life after life of its
// supervisor, against a model FFmpeg, source, sink, fallback, journal and receiver of alerts. With
// each fourth seed a stream with held outputs, too: encoder, splicer and publishers.
//
//   simulation --seeds N [--from S] [--days D]   N streams of some hours each, from seed S (1) on,
//                                                at most D stream-days
//   simulation --days D                          as many streams as it takes
//   simulation --seed S                          that one, told as it happens
//
// Also SIMULATION_SEEDS, SIMULATION_FROM, SIMULATION_DAYS and SIMULATION_SEED.

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "tests/simulation/held_world.hpp"
#include "tests/simulation/proof_world.hpp"
#include "tests/simulation/sum.hpp"
#include "tests/simulation/world.hpp"

namespace {

using simulation::Sum;
using simulation::World;

#ifdef NDEBUG
constexpr std::uint64_t seeds_default = 2600;  // a minute
#else
constexpr std::uint64_t seeds_default =
    150;  // without optimisation a stream takes 10 times as long
#endif

unsigned long long number(std::uint64_t value) {
  return value;
}

// What each act needs is tried in a world of its own.
bool run_proofs(std::uint64_t seed, bool aloud, Sum& sum) {
  simulation::ProofWorld world(seed, aloud);
  try {
    world.run();
  } catch (const simulation::Violation& violation) {
    std::printf("%sseed %llu: %s\nagain: simulation --seed %llu\n",
                aloud ? "" : world.describe().c_str(), number(seed), violation.what(),
                number(seed));
    return false;
  }
  sum.add(world.seen(), world.events());
  return true;
}

// A stream whose outputs outlive the encoder: media are spliced, so it takes longer than the
// others.
constexpr std::uint64_t seeds_for_each_held = 4;

bool run_held(std::uint64_t seed, bool aloud, Sum& sum) {
  simulation::HeldWorld world(seed, aloud);
  try {
    world.run();
  } catch (const simulation::Violation& violation) {
    std::printf("%sseed %llu, held, %.3f s: %s\nagain: simulation --seed %llu\n",
                aloud ? "" : world.describe().c_str(), number(seed),
                monitor::seconds(world.passed()), violation.what(), number(seed));
    return false;
  }
  sum.add(world);
  return true;
}

bool run(std::uint64_t seed, bool aloud, Sum& sum) {
  if (!run_proofs(seed, aloud, sum)) return false;
  if (seed % seeds_for_each_held == 0 && !run_held(seed, aloud, sum)) return false;
  World world(seed, aloud);
  try {
    world.run();
  } catch (const simulation::Violation& violation) {
    std::printf("%sseed %llu, %.3f h: %s\nagain: simulation --seed %llu\n",
                aloud ? "" : world.describe().c_str(), number(seed),
                monitor::seconds(world.passed()) / 3600, violation.what(), number(seed));
    return false;
  }
  sum.add(world);
  return true;
}

std::optional<std::uint64_t> setting(int argc, char** argv, const char* option,
                                     const char* variable) {
  const char* text = std::getenv(variable);
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], option) == 0) text = argv[i + 1];
  }
  if (!text) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text, text + std::strlen(text), value);
  if (error == std::errc{} && *end == '\0') return value;
  std::printf("%s: expected a number, got '%s'\n", option, text);
  std::exit(2);
}

}  // namespace

int main(int argc, char** argv) {
  Sum sum;
  if (const auto seed = setting(argc, argv, "--seed", "SIMULATION_SEED")) {
    return run(*seed, true, sum) ? 0 : 1;
  }
  const auto days = setting(argc, argv, "--days", "SIMULATION_DAYS");
  const auto seeds = setting(argc, argv, "--seeds", "SIMULATION_SEEDS")
                         .value_or(days ? UINT64_MAX : seeds_default);
  const auto from = setting(argc, argv, "--from", "SIMULATION_FROM").value_or(1);
  for (std::uint64_t done = 0; done < seeds; ++done) {
    if (days && sum.days() >= static_cast<double>(*days)) break;
    if (!run(from + done, false, sum)) return 1;
  }
  sum.print();
  return sum.everything_happened() ? 0 : 1;
}
