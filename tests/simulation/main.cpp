// Years of one stream's life in seconds: a seeded simulation of the core against a model FFmpeg.
//
//   simulation [--days N] [--seed S]      also SIMULATION_DAYS and SIMULATION_SEED
//
// Without --seed as many seeds, from 1 on, as it takes to N stream-days; with it that one alone.

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>

#include "tests/simulation/world.hpp"

namespace {

using simulation::Duration;
using simulation::World;

constexpr Duration life_max = std::chrono::hours(24 * 10);
#ifdef NDEBUG
constexpr std::uint64_t days_default = 10'000;
#else
constexpr std::uint64_t days_default = 300;  // without optimisation a day takes 10 times as long
#endif

struct Sum {
  Duration passed{};
  std::uint64_t streams = 0, events = 0, launches = 0, faults = 0, ticks = 0, escalations = 0,
                ends = 0;

  void add(const World& world) {
    const auto& tally = world.tally();
    passed += world.passed();
    events += world.events();
    launches += tally.launches;
    faults += tally.faults;
    ticks += tally.ticks;
    escalations += tally.escalations;
    ends += tally.ends;
    ++streams;
  }
};

double days(Duration duration) {
  return monitor::seconds(duration) / 86'400;
}

bool run(std::uint64_t seed, Sum& sum) {
  World world(seed);
  try {
    world.run(life_max);
  } catch (const simulation::Violation& violation) {
    std::printf("seed %llu, day %.3f: %s\n%sagain: simulation --seed %llu\n",
                static_cast<unsigned long long>(seed), days(world.passed()), violation.what(),
                world.tell().c_str(), static_cast<unsigned long long>(seed));
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

void print(const Sum& sum, std::chrono::steady_clock::time_point began) {
  const auto spent = std::chrono::steady_clock::now() - began;
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "%.0f stream-days of %llu streams in %.1f s: %llu events, %llu ticks, %llu launches, "
      "%llu faults, %llu escalations, %llu ends; every rule held\n",
      days(sum.passed), number(sum.streams), monitor::seconds(spent), number(sum.events),
      number(sum.ticks), number(sum.launches), number(sum.faults), number(sum.escalations),
      number(sum.ends));
}

}  // namespace

int main(int argc, char** argv) {
  const auto began = std::chrono::steady_clock::now();
  const auto seed = setting(argc, argv, "--seed", "SIMULATION_SEED");
  const auto wanted = setting(argc, argv, "--days", "SIMULATION_DAYS").value_or(days_default);
  Sum sum;
  for (std::uint64_t next = seed.value_or(1); days(sum.passed) < static_cast<double>(wanted);
       ++next) {
    if (!run(next, sum)) return 1;
    if (seed) break;
  }
  print(sum, began);
  return 0;
}
