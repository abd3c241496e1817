#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "recovery/stream_core.hpp"
#include "tests/simulation/dice.hpp"

namespace simulation {

// The last events of a run, kept as numbers (cheap) and told as text when something went wrong.
class Trace {
 public:
  static constexpr std::size_t kept = 40;

  void add(const recovery::Event& event, const recovery::Step& step,
           const recovery::StreamCore& core, Instant now);
  std::string tell(Instant began) const;

 private:
  struct Line {
    Instant at;
    Instant deadline;
    std::size_t event = 0;
    recovery::Generation generation = 0;
    int detail = 0;  // exit code, signal as a negative number, errno, process state
    recovery::State state{};
    unsigned attempts = 0;
    std::array<char, 8> actions{};   // L T K E
    std::array<char, 12> notices{};  // index of the notice's type
  };
  std::array<Line, kept> lines_{};
  std::size_t count_ = 0;
};

// Of a child's event; 0 for the others.
recovery::Generation generation_of(const recovery::Event& event);

}  // namespace simulation
