#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "monitor/anomalies/bitrate_anomaly.hpp"
#include "monitor/anomalies/count_anomaly.hpp"
#include "recovery/action.hpp"
#include "recovery/event.hpp"
#include "recovery/status.hpp"

namespace recovery {

// Names are promised to dashboards (radio_stream_anomaly_score).
enum class AnomalyKind : std::uint8_t { restarts, errors, bitrate };
inline constexpr std::size_t anomaly_kind_count = 3;
std::string_view name(AnomalyKind kind);

// The anomalies that are reported now; the index is the kind. Empty: none of that kind.
using Anomalies = std::array<std::optional<monitor::Anomaly>, anomaly_kind_count>;

// One begins, or is over.
struct AnomalyChange {
  AnomalyKind kind;
  bool is_over;
  monitor::Anomaly anomaly;  // where it is over, as it began
};

// Whether a stream deviates from its own history: an observer of (event, step, status), never a
// decider. Its history is the stream's, over all launches since this supervisor started.
//
// Restarts are launches of the primary without a request. Errors are FFmpeg's lines that report a
// fault (of the primary; those it writes while it is being stopped are about the stop) and
// incidents. The bitrate is the primary's while it is on air. A stopped stream has no anomaly, and
// its time is no history.
class AnomalyWatch {
 public:
  AnomalyWatch();
  void on(const Event& event, const Step& step, const Status& status, Instant now);

  const Anomalies& present() const { return present_; }
  // The latest launch of the primary was requested.
  bool launch_was_asked_for() const { return launch_was_asked_for_; }
  // Since the last call.
  std::vector<AnomalyChange> take_changes();

 private:
  void rest(Instant now);
  void wake(Instant now);
  void count_restart(const Event& event, const Step& step, const Status& status, Instant now);
  void count_errors(const Event& event, const Step& step, const Status& status, Instant now);
  void follow_bitrate(const Event& event, const Status& status, Instant now);
  void check(Instant now);
  void set(AnomalyKind kind, std::optional<monitor::Anomaly> found, Instant now);

  monitor::CountAnomaly restarts_;
  monitor::CountAnomaly errors_;
  monitor::BitrateAnomaly bitrate_;
  bool launch_is_asked_for_ = false;  // the next one
  bool launch_was_asked_for_ = false;
  std::optional<Instant> stopped_at_;
  std::optional<Generation> followed_;  // whose bitrate it is
  Instant next_check_{};
  std::array<Instant, anomaly_kind_count> last_found_{};
  Anomalies present_;
  Anomalies announced_;  // as take_changes() left it
};

}  // namespace recovery
