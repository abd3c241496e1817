#pragma once

#include <functional>
#include <memory>
#include <string>

#include "recovery/alert.hpp"
#include "recovery/alerts/outcome.hpp"
#include "recovery/alerts/receiver.hpp"
#include "supervisor/thread/thread.hpp"

namespace supervisor {

// The outcome of one try to deliver an alert to one receiver.
struct DeliveryReport {
  std::string receiver;  // its name
  std::string stream;
  std::string alert_id;
  bool resolved = false;                // what was sent: firing, or resolved
  bool reminder = false;                // … still firing (Alertmanager, every minute)
  recovery::alerts::Outcome outcome{};  // failed: it will be tried again; dropped: it will not
  std::string error;  // empty when delivered; names the receiver's host, never a secret path
};

// Delivers alerts to one receiver: each once when it fires and once when it is resolved, in this
// order; to Alertmanager again before it would resolve it. What failed is tried again with growing,
// jittered delays, as `AlertQueue` says. Bounded: `AlertQueue::limit` messages (the oldest is
// dropped and reported), a time-out for each message, 64 KiB of each answer.
//
// Queue and decisions live on the supervising loop, where every call and call-back happens; what
// waits (lookup, connection, answer) runs on the I/O thread.
class AlertDelivery {
 public:
  struct Handlers {
    std::function<void(const DeliveryReport&)> on_report;  // may destroy the delivery
    // Runs `alerts.command` with `json` on its stdin and calls `done` once, from within or later:
    // an empty text when it ended with 0, else what went wrong.
    std::function<void(std::string json, std::function<void(std::string error)> done)> run_command;
  };

  AlertDelivery(const Thread& loop, const Thread& io_thread, recovery::alerts::Receiver receiver,
                Handlers handlers);
  ~AlertDelivery();  // cancels what is under way, without waiting
  AlertDelivery(const AlertDelivery&) = delete;
  AlertDelivery& operator=(const AlertDelivery&) = delete;

  const std::string& receiver() const;

  void fire(const recovery::Alert& alert);
  // `alert.ends_at` is set. Sent only where the receiver got its firing, or may have.
  void resolve(const recovery::Alert& alert);
  // An alert that an earlier run has fired: only Alertmanager gets it again; `resolve` is sent.
  void adopt(const recovery::Alert& alert);

  // Nothing waits to be delivered and nothing is under way (Alertmanager's reminders aside).
  bool idle() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
