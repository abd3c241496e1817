#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "monitor/time.hpp"
#include "recovery/alert.hpp"
#include "recovery/alerts/outcome.hpp"
#include "recovery/alerts/settings.hpp"

namespace recovery::alerts {

// What became of one try to tell one receiver.
struct Report {
  std::string receiver;  // as in Notifier::receivers()
  std::string stream;
  std::string alert_id;
  bool resolved = false;  // what was told: that it fires, or that it is over
  bool reminder = false;  // … that it still fires (Alertmanager, every minute)
  Outcome outcome{};      // failed: it will be tried again; dropped: it will not
  std::string error;      // empty when delivered; names the receiver's host, never a secret path
};

// Tells people of escalations. Every alert goes to every receiver once when it fires and once when
// it is resolved, in this order; Alertmanager is told again before it would forget. A receiver that
// fails is tried again with growing, jittered delays; it holds up no other. Bounded: per receiver a
// queue of `queue_limit` messages (the oldest is dropped and reported), per message a time-out, per
// answer 64 KiB.
//
// All calls and call-backs on one executor (one thread), which may be another than the supervising
// loop's: nothing here blocks but that executor's own name lookups.
class Notifier {
 public:
  struct Handlers {
    std::function<void(const Report&)> on_report;
    // Runs `alerts.command` with `json` on its stdin and calls `done` once on the notifier's
    // executor (posting there is the callee's duty): an empty text when it ended with 0, else what
    // went wrong.
    std::function<void(std::string json, std::function<void(std::string error)> done)> run_command;
  };

  // `instance`: the label that says which machine. Throws std::runtime_error naming a URL that
  // cannot be used.
  Notifier(boost::asio::any_io_executor executor, const Settings& settings, std::string instance,
           Handlers handlers);
  ~Notifier();  // cancels what is under way, without waiting

  // The names under which receivers are counted: "alertmanager", "generic", "slack", "discord",
  // "command"; a second of a kind has its number behind it ("slack_2").
  const std::vector<std::string>& receivers() const;

  void fire(const Alert& alert);
  // `alert.ends_at` is set. Told only to whom its firing was told, or may have been.
  void resolve(const Alert& alert);
  // An alert that an earlier life has fired: only Alertmanager is told again; `resolve` tells all.
  void adopt(const Alert& alert);

  // Nothing waits to be told and nothing is under way (Alertmanager's reminders aside).
  bool idle() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace recovery::alerts
