#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "monitor/cause.hpp"
#include "recovery/incident.hpp"

namespace recovery {

// The incidents of one stream that are not over: at most one off air, and one for each warning.
class OpenIncidents {
 public:
  // The incident opened; empty where it is open already (a restart that failed does not make
  // another). `last_good_at`: empty, the stream never was on air.
  std::optional<Incident> open_off_air(const monitor::Verdict& verdict,
                                       std::optional<Instant> last_good_at, Instant launched_at,
                                       Instant now);
  // `raised_by`: the detector's finding, of one output where it names one. The verdict on it may
  // name another cause, which may change; the incident lasts as long as the finding does.
  std::optional<Incident> open_warning(const monitor::Verdict& verdict,
                                       const monitor::Fault& raised_by, Instant last_good_at,
                                       Instant now);

  // The ones closed by this.
  std::vector<Incident> close_off_air(Instant now);
  // Those warnings that no fault upholds any more; with no faults, all of them.
  std::vector<Incident> close_warnings(const std::vector<monitor::Fault>& upheld, Instant now);

  // Keeps with the off-air incident what was done about it. The incident, where that has changed
  // it; null where none is open, or the same was done last. Holds until the next call.
  const Incident* note_action(const std::string& text);

  // Adds a sentence to the evidence of the off-air incident, once, while there is room. As
  // note_action().
  const Incident* note_evidence(const std::string& sentence);

  // What caused the off-air incident is known better now. As note_action().
  const Incident* note_cause(monitor::Cause cause);

  // The one off air; null where none is open. Holds until the next call.
  Incident* off_air();

  const std::vector<Incident>& all() const { return open_; }

 private:
  Incident add(const monitor::Verdict& verdict, bool off_air, Instant last_good_at, Instant now);
  template <class IsOver>
  std::vector<Incident> close(IsOver is_over, Instant now);

  std::vector<Incident> open_;
  std::uint64_t opened_ = 0;
};

}  // namespace recovery
