#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "monitor/output.hpp"
#include "recovery/stream_core.hpp"
#include "tests/simulation/child.hpp"
#include "tests/simulation/held_relay.hpp"
#include "tests/simulation/held_rules.hpp"
#include "tests/simulation/held_server.hpp"
#include "tests/simulation/trace.hpp"

namespace simulation {

// What a publisher lives in.
struct HeldSurroundings {
  const HeldScenario& scenario;
  HeldRules& rules;
  HeldRules::Stream& stream;
  HeldRelay& relay;
  Dice& dice;
  Instant& now;
  std::function<void()> on_change;
};

// A publisher of a held stream: its core, and a model FFmpeg that copies what the relay gives to
// its server. What supervisor/hold/publisher.cpp does with a core, this does with a core.
class HeldPublisher {
 public:
  HeldPublisher(std::size_t number, const HeldPlan& plan, HeldServer& server,
                HeldSurroundings surroundings, std::uint64_t seed, bool aloud);

  // --- as the supervisor's publisher has them
  void start() { wake(recovery::StartRequested{}, true); }
  void restart() { wake(recovery::RestartRequested{}, true); }
  void stop() { wake(recovery::StopRequested{}, true); }
  void kill();
  void set_idle(bool is_idle);
  void finish(Duration within);
  void reconfigure(const HeldPlan& plan);
  bool is_over() const;
  monitor::OutputReport report() const;

  // --- time
  Instant next_at() const;
  void pass();  // what is due now
  void turn();  // each half of a second

  std::size_t number() const { return number_; }
  const HeldPlan& plan() const { return plan_; }
  HeldRules::Publisher truth() const;
  bool is_stopped = false;  // as asked
  bool is_leaving = false;
  // Since when nothing is in its way.
  Instant well_since() const;
  std::string describe() const { return trace_.describe(); }

 private:
  void wake(const recovery::Event& event, bool is_asked = false);
  void step(const recovery::Event& event, bool is_asked);
  void perform(const recovery::Launch& action);
  void perform(const recovery::Signal& action);
  void settle();

  void open();
  void copy();
  void meet_fate();
  void fail(monitor::Sign sign);
  void leave(monitor::ExitStatus status, Duration in);
  void exit();
  void send_samples();
  bool runs() const { return child_.running && !child_.leaving; }
  bool is_connected() const { return connection_.has_value() && *connection_ == server_.losses; }

  const std::size_t number_;
  HeldPlan plan_;
  HeldServer& server_;
  HeldSurroundings in_;
  recovery::Setup setup_;
  recovery::StreamCore core_;
  Trace trace_;
  Child child_;
  Instant fate_at_ = monitor::never, exit_at_ = monitor::never, opens_at_ = monitor::never;
  std::optional<std::uint64_t> connection_;  // the server's count of losses when it was made
  std::uint64_t connections_ = 0, acked_ = 0;
  std::size_t in_socket_ = 0;
  bool has_advanced_ = false;
  std::optional<std::uint64_t> look_;
  Instant look_at_ = monitor::never;
  Instant ask_at_ = monitor::never;
  bool is_idle_ = false;  // as far as it was told
  monitor::OutputState reported_{};
  Instant since_;
  Instant launched_at_, trouble_at_, delivered_at_, asked_at_;
  bool samples_ = false;
};

}  // namespace simulation
