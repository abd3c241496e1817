#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "recovery/stream_core.hpp"
#include "tests/simulation/scenario.hpp"

namespace simulation {

// The last things that happened in a run, kept as numbers (cheap) and shown as text when something
// went wrong; or shown at once. Blocks and samples that changed nothing are left out.
class Trace {
 public:
  static constexpr std::size_t kept = 80;

  // `name`: of what it is about, where there is more than one.
  Trace(Instant began, bool aloud, std::string name = {})
      : began_(began), aloud_(aloud), name_(std::move(name)) {}

  void say(const Scenario& scenario) const;
  void say(const char* what, Instant now);  // of the world; a literal
  void add(const recovery::Event& event, const recovery::Step& step,
           const recovery::StreamCore& core, Instant now);
  std::string describe() const;

 private:
  struct Line {
    Instant at;
    Instant deadline;
    const char* text = nullptr;  // of the world
    std::size_t event = 0;
    std::uint64_t number = 0;  // generation, or of a look
    int detail = 0;  // exit code, signal as a negative number, errno, process state, found or not
    recovery::State state{};
    unsigned attempts = 0, retries = 0;
    std::array<char, 8> actions{};   // see `names_of_actions`
    std::array<char, 12> notices{};  // index of the notice's type
  };
  void add(const Line& line);
  std::string describe(const Line& line) const;

  Instant began_;
  bool aloud_;
  std::string name_;
  recovery::State state_{};
  std::array<Line, kept> lines_{};
  std::size_t count_ = 0;
};

// Null where the event is no sample of the process.
const monitor::ProcessSample* process_sample_of(const recovery::Event& event);
// Of a child's event; 0 for the others.
recovery::Generation generation_of(const recovery::Event& event);

}  // namespace simulation
