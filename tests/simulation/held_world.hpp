#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/held_encoder.hpp"
#include "tests/simulation/held_publisher.hpp"

namespace simulation {

// One held stream's life in virtual time: an encoder, a relay and publishers, each of them
// supervised by a core of its own; sources and servers that come and go, and people who ask for
// things. It joins the cores as supervisor/hold/held_outputs.cpp and
// supervisor/stream/held_stream.cpp do. All of it follows from the seed.
class HeldWorld {
 public:
  explicit HeldWorld(std::uint64_t seed, bool aloud = false);

  // Until its length has passed or it has ended for good. Throws Violation.
  void run();

  Duration passed() const { return now_ - began_; }
  const HeldTally& tally() const { return rules_.tally(); }
  std::string describe() const;

 private:
  struct Outputs {  // from the first encoder to the end of the stream
    Outputs(Instant now, bool covers) : relay(now, covers) {}
    HeldRelay relay;
    std::vector<std::unique_ptr<HeldPublisher>> publishers, leaving;
    monitor::OutputReports reported;
    bool may_begin = false, is_idle = true, is_finishing = false;
    bool is_covered = false;  // as was told
  };

  // as HeldOutputs and the driver
  void begin_outputs();
  void add(const HeldPlan& plan);
  void begin_publisher(HeldPublisher& publisher);
  void take_edges();
  void take(HeldRelay::Edge edge);
  void tell_cover();
  void on_change();
  monitor::OutputReports reports() const;
  void end_outputs();
  void finish();
  void check_over();
  void reconfigure_outputs();

  // time
  Instant next_at() const;
  void pass();
  void turn();
  std::vector<HeldRules::Publisher> publishers() const;
  void check();

  // requests (held_requests.cpp)
  void request();
  void request_of_output();
  void request_of_stream();
  void reload();

  template <class Do>
  void for_each_publisher(Do what);

  Dice dice_;
  HeldScenario scenario_;
  std::uint64_t seed_;
  bool aloud_;
  const Instant began_ = Instant{} + std::chrono::hours(1000);
  Instant now_ = began_;
  HeldRules rules_;
  HeldRules::Stream stream_;
  std::vector<HeldPlan> plans_;
  std::map<std::string, HeldServer> servers_;
  std::optional<Outputs> outputs_;
  std::size_t next_number_ = 0;
  std::optional<HeldEncoder> encoder_;
  std::optional<int> exit_code_;
  Instant turns_at_ = began_;
  Instant requests_at_, starts_at_ = monitor::never;
  Instant asked_at_ = began_;
  bool is_over_ = false;
};

}  // namespace simulation
