#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "recovery/alert.hpp"
#include "recovery/alerts/outcome.hpp"
#include "recovery/alerts/settings.hpp"
#include "supervisor/thread/thread.hpp"

namespace supervisor {

// The outcome of one try to deliver an alert to one receiver.
struct DeliveryReport {
  std::string receiver;  // as in Notifier::receivers()
  std::string stream;
  std::string alert_id;
  bool resolved = false;                // what was sent: firing, or resolved
  bool reminder = false;                // … still firing (Alertmanager, every minute)
  recovery::alerts::Outcome outcome{};  // failed: it will be tried again; dropped: it will not
  std::string error;  // empty when delivered; names the receiver's host, never a secret path
};

// Delivers alerts. Each is sent to every receiver once when it fires and once when it is resolved,
// in this order; to Alertmanager again before it would resolve it. Where a receiver fails, it is
// tried again with growing, jittered delays; it holds up no other. Bounded: a queue of
// `AlertQueue::queue_limit` messages for each receiver (the oldest is dropped and reported), a
// time-out for each message, 64 KiB of each answer.
//
// Queues and decisions live on the supervising loop, where every call and call-back happens; what
// waits (lookup, connection, answer) runs on the I/O thread.
class Notifier {
 public:
  struct Handlers {
    std::function<void(const DeliveryReport&)> on_report;  // may destroy the notifier
    // Runs `alerts.command` with `json` on its stdin and calls `done` once, from within or later:
    // an empty text when it ended with 0, else what went wrong.
    std::function<void(std::string json, std::function<void(std::string error)> done)> run_command;
  };

  // `instance`: the label that names the machine. Throws std::runtime_error naming a URL that
  // cannot be used.
  Notifier(const Thread& loop, const Thread& io_thread, const recovery::alerts::Settings& settings,
           const std::string& instance, Handlers handlers);
  ~Notifier();  // cancels what is under way, without waiting

  // The names under which receivers are counted: "alertmanager", "generic", "slack", "discord",
  // "command"; a second of a kind has its number behind it ("slack_2").
  const std::vector<std::string>& receivers() const;

  void fire(const recovery::Alert& alert);
  // `alert.ends_at` is set. Sent only to those that got its firing, or may have.
  void resolve(const recovery::Alert& alert);
  // An alert that an earlier run has fired: only Alertmanager gets it again; `resolve` goes to all.
  void adopt(const recovery::Alert& alert);

  // Nothing waits to be delivered and nothing is under way (Alertmanager's reminders aside).
  bool idle() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
