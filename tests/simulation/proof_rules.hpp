#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "recovery/stream_core.hpp"
#include "tests/simulation/violation.hpp"

namespace simulation {

using monitor::Duration;
using monitor::Instant;

// What the core may not do without proof, told by events and actions alone: this file knows nothing
// of the core's own table of proofs. Throws Violation.
class ProofRules {
 public:
  explicit ProofRules(const recovery::Setup& setup) : setup_(setup) {}

  void check(const recovery::Event& event, const recovery::Step& step, Instant now);

  // How often each act was seen, so that a run without it is noticed.
  struct Seen {
    std::uint64_t given_up = 0, ended_advancing = 0, ended_standing = 0, ended_waiting = 0,
                  attempts = 0, waits = 0, on_airs = 0, looks = 0, second_terms = 0;
  };
  const Seen& seen() const { return seen_; }

 private:
  struct Child {
    recovery::Generation generation = 0;
    bool is_alive = false;
    Instant launched_at{};
    std::optional<Instant> first_advance, last_advance, on_air_at;
    bool says_wrong = false;  // in FFmpeg's own words
    std::int64_t frames = 0;
    // By the kernel: of its output's connection, of its input's.
    bool output_is_acknowledged = false;
    std::uint64_t acked_bytes = 0;
    std::optional<Instant> acked_at;
    bool input_is_accepted = false;
    std::uint64_t received_bytes = 0;
    std::optional<Instant> read_at, block_at;  // of its source; FFmpeg's last block
    bool is_after_refusal = false;             // launched when the source's last answer was one
    bool is_refused = false;                   // … and it says so, too
    bool look_got_media = false;               // since the launch
  };
  struct Stop {
    unsigned terms = 0;
    std::optional<std::pair<Duration, std::uint64_t>> work;
    Instant still_since{};
  };

  void take(const recovery::Event& event);
  void take(const recovery::ProgressSeen& event);
  void take(const monitor::ConnectionSamples& samples);
  void take(const monitor::ProcessSample& sample);
  void take(const recovery::SourceProbed& event);
  void check_waiting() const;
  void check(const recovery::Launch& launch);
  void check(const recovery::Signal& signal);
  void check(const recovery::End& end);
  void check_look();
  void check_ended();
  void check_attempt(const recovery::Decided& decided);
  void check_on_air();

  const recovery::Setup setup_;
  Instant now_{};
  const recovery::Event* event_ = nullptr;
  Child child_;
  std::optional<Stop> stop_;
  bool is_asked_ = false;               // this event, by an operator
  bool kernel_reports_ = false;         // connections, on this machine
  bool is_refused_ = false;             // the source's last answer
  std::optional<Instant> waits_since_;  // for a source that no definite answer says to be missing
  Seen seen_;
};

}  // namespace simulation
