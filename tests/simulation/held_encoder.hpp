#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "recovery/stream_core.hpp"
#include "tests/simulation/child.hpp"
#include "tests/simulation/endpoint.hpp"
#include "tests/simulation/held_relay.hpp"
#include "tests/simulation/held_rules.hpp"
#include "tests/simulation/trace.hpp"
#include "tests/splice/made_up_encoder.hpp"

namespace simulation {

// The encoder of a held stream: the stream's core, and a model FFmpeg whose pipe the relay reads.
class HeldEncoder {
 public:
  struct Surroundings {
    const HeldScenario& scenario;
    HeldRules& rules;
    Dice& dice;
    Instant& now;
    // Its present relay; before a launch it is made, where there is none.
    std::function<HeldRelay*()> relay;
    std::function<void()> before_launch;
    std::function<monitor::OutputReports()> reports;  // of all outputs
    std::function<void()> after_step;
    std::function<void(int exit_code)> on_end;
    std::function<std::vector<HeldRules::Publisher>()> publishers;
  };

  HeldEncoder(Surroundings surroundings, std::uint64_t seed, bool aloud);

  void wake(recovery::Event event, bool is_asked = false);
  void reconfigure(recovery::Setup setup, bool is_other_encoder);
  void report(monitor::OutputReports reports);

  Instant next_at() const;
  void pass();
  void turn();

  const recovery::StreamCore& core() const { return core_; }
  HeldRules::Encoder truth() const;
  Instant well_since() const;
  std::string describe() const { return trace_.describe(); }

 private:
  void step(const recovery::Event& event, bool is_asked);
  void perform(const recovery::Launch& action);
  void perform(const recovery::Signal& action);
  void perform(const recovery::ProbeSource& action);
  void meet_fate();
  void leave(monitor::ExitStatus status, Duration in);
  void exit();
  void send_samples();
  void put_out();
  bool stands() const { return child_.hung || in_.now < stands_until_; }
  void change_source();

  Surroundings in_;
  recovery::StreamCore core_;
  Trace trace_;
  Child child_;
  Endpoint source_;
  std::optional<recovery::splice::test::MadeUpEncoder> media_;
  Duration media_life_{};
  std::uint32_t width_ = 320;
  Instant begins_at_ = monitor::never, fate_at_ = monitor::never, exit_at_ = monitor::never;
  Instant stands_until_;  // and goes on by itself
  Instant source_changes_at_;
  std::optional<std::uint64_t> look_;
  Instant look_at_ = monitor::never;
  std::deque<std::pair<recovery::Event, bool>> events_;
  bool is_stepping_ = false;
  bool samples_ = false;
  std::uint64_t received_ = 0;
  Instant launched_at_, trouble_at_, advanced_at_, asked_at_;
};

}  // namespace simulation
