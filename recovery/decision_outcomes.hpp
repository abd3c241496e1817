#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "recovery/action.hpp"
#include "recovery/event.hpp"
#include "recovery/history.hpp"
#include "recovery/newest_first.hpp"
#include "recovery/status.hpp"

namespace recovery {

// Notes in the history the outcome of each decision, once it is known: a restart and a fallback
// succeed by coming on air and fail by ending before; a wait succeeds when the source is there and
// has failed when it must be decided again. The history must outlive it.
class DecisionOutcomes {
 public:
  explicit DecisionOutcomes(NewestFirst<HistoryEntry>& history) : history_(history) {}

  // The decision has just been added to the history.
  void on(const Decided& decision);
  void on(const Notice& notice);
  void on(const Event& event);
  void on(const Launch& launch);
  void on_stopped();
  // `delivered`: at least one receiver has accepted the alert; false: all gave up.
  void on_alert(bool delivered);

 private:
  // Decided, outcome not known yet. One with a child can fail only once that is launched: the exit
  // of the child before does not count.
  struct Open {
    bool is_open = false;
    std::optional<Generation> launched;
  };

  void begin(DecisionKind kind);
  void finish(DecisionKind kind, bool success);
  Open& of(DecisionKind kind) { return open_[static_cast<std::size_t>(kind)]; }
  void fail_launched(Generation generation);

  NewestFirst<HistoryEntry>& history_;
  std::array<Open, decision_kind_count> open_{};
};

}  // namespace recovery
