#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recovery/ledger.hpp"
#include "recovery/stream_core.hpp"
#include "tests/simulation/child.hpp"
#include "tests/simulation/rules.hpp"
#include "tests/simulation/trace.hpp"

namespace simulation {

// One stream's life in virtual time: a core, model FFmpegs, people who ask for things, machines
// that pause. All of it follows from the seed.
class World {
 public:
  explicit World(std::uint64_t seed);

  // Until `length` has passed or the stream has ended. Throws Violation.
  void run(Duration length);

  Duration passed() const { return now_ - began_; }
  std::uint64_t events() const { return events_; }
  const Rules::Tally& tally() const { return rules_.tally(); }
  std::string tell() const;  // the circumstances and the last events

 private:
  enum class What { answer, block, trouble, sample, exit, stale, request, start, pause, bad_times };
  struct Item {
    Instant at;
    std::uint64_t order;
    What what;
    recovery::Generation generation;
    bool operator<(const Item& other) const {  // the heap's top is the next
      return at != other.at ? at > other.at : order > other.order;
    }
  };

  void put(What what, Duration in, recovery::Generation generation = 0);
  void happen(const Item& item);
  void send(const recovery::Event& event, bool advanced = false);
  void perform(const recovery::Action& action);

  void launch(recovery::Generation generation);
  void answer();
  void signal(int number);
  void say_block();
  void get_into_trouble();
  void hang();
  void leave(Duration in);
  void exit();
  void send_stale(recovery::Generation generation);
  void send_request();
  void pause();
  void check_ledger() const;

  Dice dice_;
  Scenario scenario_;
  recovery::StreamCore core_;
  recovery::Ledger ledger_{"simulated", 50};
  Instant began_ = Instant{} + std::chrono::hours(1000);
  Instant now_ = began_;
  Rules rules_;
  Trace trace_;
  Child child_;
  Kind kind_;
  Instant bad_until_ = began_;
  Duration last_span_{};  // between the last block and the next
  bool start_is_put_ = false;
  std::vector<Item> items_;  // a heap
  std::uint64_t order_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace simulation
