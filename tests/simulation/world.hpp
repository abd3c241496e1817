#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recovery/stream_core.hpp"
#include "recovery/stream_recorder.hpp"
#include "tests/simulation/child.hpp"
#include "tests/simulation/endpoint.hpp"
#include "tests/simulation/journal.hpp"
#include "tests/simulation/receiver.hpp"
#include "tests/simulation/rules.hpp"
#include "tests/simulation/trace.hpp"

namespace simulation {

// One stream's life in virtual time: a core and the cores that follow when the supervisor dies,
// model FFmpegs, a source, a sink, a receiver of alerts, people who ask for things, machines that
// pause. All of it follows from the seed.
class World {
 public:
  // `aloud`: what happens is printed as it happens.
  explicit World(std::uint64_t seed, bool aloud = false);

  // Until the stream's length has passed or it has ended for good. Throws Violation.
  void run();

  Duration passed() const { return now_ - began_; }
  std::uint64_t events() const { return events_; }
  const Tally& tally() const { return rules_.tally(); }
  const Receiver::Tally& deliveries() const { return receiver_.tally(); }
  std::string describe() const;  // the circumstances and the last events

 private:
  enum class What {
    answer,
    block,
    trouble,
    sample,
    exit,
    stale,
    start,
    source_answer,
    sink_answer,
    death,
    alert,
    // … those above belong to one life of the supervisor
    birth,
    request,
    pause,
    bad_times,
    patrol,
    source,
    sink,
    source_blip,
    sink_blip,
    receiver,
    track
  };
  struct Item {
    Instant at;
    std::uint64_t order;
    What what;
    std::uint64_t number;  // generation, or of a look
    std::uint64_t life;
    bool flag;
    bool operator<(const Item& other) const {  // the heap's top is the next
      return at != other.at ? at > other.at : order > other.order;
    }
  };

  void put(What what, Duration in, std::uint64_t number = 0, bool flag = false);
  void take_next();
  void happen(const Item& item);
  void happen_to_child(const Item& item);
  void send(const recovery::Event& event, bool advanced = false);
  void perform(const recovery::Launch& action);
  void perform(const recovery::Signal& action);
  void perform(const recovery::ProbeSource& action);
  void perform(const recovery::ProbeSink& action);
  void perform(const recovery::End& action);

  // the child (world_child.cpp)
  void answer();
  void connect();
  void befall(Trouble trouble, Duration in);
  void say_block();
  void get_into_trouble(const Item& item);
  void say(monitor::Sign sign);
  void hang();
  void leave(Duration in);
  void exit();
  void lose_publisher();
  bool is_present(const Item& item) const;

  // what surrounds it (world_environment.cpp)
  void source_changes(bool by_itself);
  void sink_changes(bool by_itself);
  void aim();
  void standby_changes();
  void blip(What what, bool again);
  bool loses_answer();
  void answer_look(const Item& item);
  void send_stale(recovery::Generation generation);
  void send_request();
  void pause();
  void bad_times();
  void patrol();
  bool is_name_taken() const { return now_ < name_held_until_; }
  void mind_what_is_in_the_way();
  bool primary_is_hindered() const;
  bool fallback_is_hindered() const;

  // its lives (world_lives.cpp)
  void be_born();
  void die(bool record_is_lost);
  void dispatch_alerts(const recovery::Step& step);
  void note(const recovery::Step& step);
  void await_receiver();
  void check_ledger() const;

  std::uint64_t seed_;
  Dice dice_;
  Scenario scenario_;
  std::optional<recovery::StreamCore> core_;  // empty: the supervisor is dead
  std::optional<recovery::StreamRecorder> recorder_;
  Journal journal_;
  Receiver receiver_;
  Instant began_ = Instant{} + std::chrono::hours(1000);
  Instant now_ = began_;
  Rules rules_;
  Trace trace_;
  Child child_;
  Kind kind_;
  Endpoint source_, sink_;
  Instant name_held_until_ = Instant::min();
  Instant bad_until_ = began_;
  Instant primary_free_since_ = began_;  // nothing has been in its way since
  Instant fallback_free_since_ = began_;
  Duration last_span_{};  // between the last block and the next
  bool start_is_put_ = false;
  bool answer_was_lost_ = false;  // the last one: never two in a row
  bool is_over_ = false;
  std::uint64_t life_ = 0;
  std::optional<Instant> launched_at_;  // the primary, in this life
  std::optional<recovery::Alert> alert_;
  std::uint64_t alerts_ = 0;
  std::uint64_t launches_at_birth_ = 0, escalations_at_birth_ = 0;
  std::vector<Item> items_;  // a heap
  std::uint64_t order_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace simulation
