#pragma once

#include <optional>
#include <string>
#include <vector>

#include "recovery/stream_core.hpp"
#include "tests/simulation/held_scenario.hpp"
#include "tests/simulation/held_tally.hpp"
#include "tests/simulation/violation.hpp"

namespace simulation {

// What is promised of a held stream, over the steps of its encoder's core and of those of its
// publishers, and what really is the case. Throws Violation.
class HeldRules {
 public:
  HeldRules(const HeldScenario& scenario, Instant began);

  // What is true of a publisher.
  struct Publisher {
    std::string name;
    bool required = false;
    bool is_wrong = false;
    bool is_stopped = false;  // as asked
    bool is_leaving = false;  // another configuration has taken its place
    bool is_alive = false;
    monitor::OutputState reported{};
    Instant trouble_at{};    // its process, its server or its launch, the last time
    Instant delivered_at{};  // to its server, the last time
    Instant asked_at{};      // people began it, stopped it or restarted it, the last time
  };
  struct Encoder {
    bool is_alive = false;
    bool still_reports = false;  // it hangs, and its blocks go on
    Instant trouble_at{};        // its process, its source or its launch, the last time
    Instant advanced_at{};
  };
  struct Stream {
    bool is_idle = true;
    Instant idle_changed_at{};
    bool is_ending = false;             // its outputs get their end
    std::optional<Instant> stopped_at;  // as asked
  };

  void check_publisher(const recovery::StreamCore& core, recovery::State before,
                       const recovery::Step& step, const Publisher& truth, const Stream& stream,
                       bool is_asked, Instant now);
  void check_encoder(const recovery::StreamCore& core, recovery::State before,
                     const recovery::Step& step, const Encoder& truth,
                     const std::vector<Publisher>& publishers, bool is_asked, Instant now);
  // At any time between the steps.
  void check_air(const recovery::StreamCore& core, const Encoder& truth,
                 const std::vector<Publisher>& publishers, const Stream& stream, Instant now);
  void check_return(const recovery::StreamCore& core, const std::vector<Publisher>& publishers,
                    Instant well_since, Instant now);
  void check_end(const Encoder& encoder, const std::vector<Publisher>& publishers,
                 const Stream& stream, Instant now) const;

  void check_sums(const recovery::Status& status);
  HeldTally& tally() { return tally_; }
  const HeldTally& tally() const { return tally_; }

 private:
  const HeldScenario& scenario_;
  Duration until_noticed_;   // that an output delivers nothing, or an encoder puts out nothing
  Duration until_returned_;  // from when nothing is in the way any more
  bool ever_on_air_ = false;
  Instant came_on_air_at_{};
  bool has_returned_ = false;
  std::optional<Instant> settled_from_;
  HeldTally tally_;
};

}  // namespace simulation
