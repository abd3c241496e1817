#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "recovery/action.hpp"
#include "recovery/open_incidents.hpp"

namespace recovery {

// The answer to the present event while it is being made, and what every answer must agree with:
// which incidents are open, whether recovery has escalated, and whether a person is told. Each
// opening, change and closing is in exactly one answer.
class Reporter {
 public:
  void act(Action action) { step_.actions.push_back(std::move(action)); }
  void notify(Notice notice) { step_.notices.push_back(std::move(notice)); }
  // All of it since the last call.
  Step take() { return std::exchange(step_, {}); }

  // Reported to observers and kept with the off-air incident. `delay`: until the next step;
  // `attempt`: of the budget, 0 where none was spent.
  void decide(DecisionKind kind, std::string reason, Duration delay = Duration::zero(),
              unsigned attempt = 0);
  void decide(Decided decided);

  // Recovery cannot bring the stream back by itself: reported once until it is over. `tried`:
  // restarts that did not help. Alerts, where no alert is open.
  void escalate(const monitor::Verdict& verdict, std::string reason, unsigned tried, Instant now);
  // A person is told, whatever recovery still tries; once until it is over.
  void alert(const monitor::Verdict& verdict, std::string reason, Instant now);
  // Escalation and alert are over.
  void resolve(const AlertResolved& how = {});
  bool is_escalated() const { return escalated_; }
  bool is_alerted() const { return alerted_; }
  // By an earlier life, which reported it. What is escalated is alerted.
  void resume(bool alerted, bool escalated);

  void open_off_air(const monitor::Verdict& verdict, std::optional<Instant> last_good_at,
                    Instant launched_at, Instant now);
  void close_off_air(Instant now);
  // An incident of a stream that stays on air. `fault`: the finding that upholds it.
  void warn(const monitor::Fault& fault, const monitor::Verdict& verdict, Instant last_good_at,
            Instant now);
  // Closes the warnings that none of these upholds any more.
  void close_warnings(const std::vector<monitor::Fault>& upheld, Instant now);
  // Adds evidence to the off-air incident.
  void add_evidence(const std::string& sentence);

  // The off-air incident's cause follows what was found out since.
  void note_cause(monitor::Cause cause);

  const std::vector<Incident>& open_incidents() const { return incidents_.all(); }

 private:
  void notify_closed(std::vector<Incident> closed);
  void notify_alerted(const monitor::Verdict& verdict, std::string reason, Instant now);

  Step step_;
  OpenIncidents incidents_;
  bool escalated_ = false;
  bool alerted_ = false;
};

// The first sentence of the evidence; the cause's name where there is none.
std::string reason_of(const monitor::Verdict& verdict);

}  // namespace recovery
