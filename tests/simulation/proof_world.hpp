#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "recovery/stream_core.hpp"
#include "tests/simulation/dice.hpp"
#include "tests/simulation/proof_rules.hpp"
#include "tests/simulation/trace.hpp"

namespace simulation {

// Half an hour of a stream among witnesses of every strength: listeners, sources that accept and
// are silent, sources that refuse, servers whose statistics err, outputs without a connection, and
// FFmpegs that name every kind of reason. In virtual time, from the seed alone.
class ProofWorld {
 public:
  // `aloud`: what happens is printed as it happens.
  explicit ProofWorld(std::uint64_t seed, bool aloud = false);

  // Until the time has passed or the stream has ended. Throws Violation.
  void run();

  std::string describe() const { return trace_.describe(); }
  const ProofRules::Seen& seen() const { return rules_.seen(); }
  std::uint64_t events() const { return events_; }

 private:
  // What becomes of an FFmpeg.
  enum class Fate {
    lives,
    waits,         // no output: for a caller, or for a source that is silent
    exits,         // with a reason in its words, before any output
    loses_source,  // … after a while
    freezes,
    has_few_frames,  // it reads its source and reports, and no frame comes of it
    is_not_taken,    // its sink acknowledges nothing any more
    is_not_shown,    // the server's statistics do not show it any more
  };
  struct Child {
    recovery::Generation generation = 0;
    bool is_alive = false;
    Fate fate = Fate::lives;
    Instant launched_at{}, starts_at{}, fate_at{};
    bool is_connected = false;  // its output, from the first block on
    double acked = 0;
    std::int64_t frames = 0;
    bool works_on = false;  // after a TERM
    std::optional<Instant> exit_at;
    std::optional<Instant> termed_at;
    std::uint64_t written = 0;
    std::uint64_t received = 0;  // of its source
  };

  static recovery::Setup make_setup(Dice& dice);
  void send(const recovery::Event& event);
  void perform(const recovery::Launch& action);
  void perform(const recovery::Signal& action);
  void turn_second();
  void send_connections();
  void send_statistics();
  void send_block();
  void meet_fate();
  void exit(monitor::ExitStatus status);
  void answer_look();
  monitor::Sign reason();
  Instant next_instant() const;

  Dice dice_;
  recovery::Setup setup_;
  recovery::StreamCore core_;
  ProofRules rules_;
  Instant now_ = Instant{} + std::chrono::hours(1000);
  Trace trace_;
  Instant ends_at_ = now_ + std::chrono::minutes(30);
  Instant second_at_ = now_;
  Child child_;
  bool shows_connections_;  // this machine's kernel
  bool has_statistics_;
  std::optional<std::uint64_t> look_;
  Instant look_at_{};
  bool source_refuses_;
  bool has_ended_ = false;
  std::uint64_t events_ = 0;
};

}  // namespace simulation
