#pragma once

#include <optional>

#include "recovery/alert.hpp"
#include "recovery/stream_core.hpp"
#include "tests/simulation/dice.hpp"

namespace simulation {

// What outlives the supervisor, written when the stream driver would write it: at each decision,
// incident, escalation and end, when the budget changes, and at a launch that was not noted
// beforehand.
class Journal {
 public:
  struct Record {
    unsigned attempts = 0;
    unsigned source_retries = 0;
    bool stopped_as_asked = true;
    std::optional<Instant> launched_at;  // of the primary; the one that is due counts as done
    std::optional<recovery::Alert> alert;
    bool escalated = false;
  };

  // Whether the step is worth a record.
  bool would_note(const recovery::Step& step, const recovery::Status& status, Instant now) const;
  void note(const recovery::Status& status, std::optional<Instant> launched_at,
            const std::optional<recovery::Alert>& alert);

  recovery::StreamCore::Resumed resumed(Instant now) const;
  const Record& record() const { return record_; }

 private:
  Record record_;
};

}  // namespace simulation
