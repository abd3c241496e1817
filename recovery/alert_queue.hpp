#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/time.hpp"
#include "recovery/alert.hpp"

namespace recovery {

// What is delivered of an alert.
enum class NotificationKind : std::uint8_t {
  firing,
  reminder,  // refire: for receivers that forget (Alertmanager)
  resolution
};

struct AlertMessage {
  NotificationKind kind{};
  Alert alert;
};

// How a delivery failed.
struct AlertFailure {
  bool retryable = true;         // false: a retry will hardly succeed; at most 3 tries in all
  bool may_be_delivered = true;  // false: it is certain that nothing was delivered
  monitor::Duration rest{};      // the receiver asks for no message for so long
};

// A message that will not be tried (again).
struct DroppedAlert {
  enum class Reason : std::uint8_t {
    queue_full,       // … and it was the oldest
    rejected,         // three times
    too_old,          // tried for 24 h
    never_delivered,  // a resolution whose firing was dropped before it
  };
  AlertMessage message;
  Reason reason{};
};
std::string_view text(DroppedAlert::Reason reason);

// What is delivered to one receiver, and when. Pure: no clock, no I/O, no randomness but the
// seed's.
//
// Every alert is delivered once when it fires and once when it is resolved; those of one stream in
// order, streams do not wait for each other. One message is under way at a time. A message that
// failed is tried again after 1 s, then 2 s, … up to 60 s, jittered; when the receiver is back,
// what waited is due at once. A message may be delivered twice (its answer was lost); the id is for
// deduplication.
//
// A receiver that forgets gets a firing alert again every minute for as long as it fires, never
// beside an undelivered message of the same stream.
class AlertQueue {
 public:
  static constexpr std::size_t limit = 64;            // messages that wait, reminders aside
  static constexpr std::size_t reminder_limit = 256;  // alerts; more streams than one machine runs

  AlertQueue(bool receiver_forgets, std::uint64_t seed);

  using Instant = monitor::Instant;
  using Dropped = std::vector<DroppedAlert>;

  // Nothing for an alert that is known already, by its id.
  [[nodiscard]] Dropped fire(const Alert& alert, Instant now);
  // Where the firing still waits, both are delivered. Nothing where it is certain that the firing
  // was not delivered and never will be. `alert` is what was fired, with `ends_at`.
  [[nodiscard]] Dropped resolve(const Alert& alert, Instant now);
  // Fired and delivered by an earlier life: only a receiver that forgets gets it again.
  void adopt(const Alert& alert, Instant now);

  // The message that is due; from now on it is under way, until delivered() or failed(). Empty if
  // none is due or one is under way.
  std::optional<AlertMessage> take_due(Instant now);
  void delivered(Instant now);
  // Among the dropped may be the message itself; if it is not, it will be tried again (a reminder
  // that the alert's resolution has overtaken will not).
  [[nodiscard]] Dropped failed(Instant now, const AlertFailure& failure);

  // When take_due() will have something; `monitor::never` while one is under way.
  Instant next_deadline() const;

  // Nothing waits or is under way, reminders aside.
  bool idle() const { return undelivered() == 0; }

 private:
  struct Message {
    AlertMessage what;
    Instant asked_at{};
    Instant due_at{};
    unsigned failures = 0;
    unsigned rejections = 0;
    bool under_way = false;
  };
  using Messages = std::deque<Message>;  // in the order in which they were asked for

  struct Known {
    std::string id;
    bool may_be_delivered = false;  // false: it is certain that nothing was delivered
    bool resolved = false;
  };

  Known& remember(const std::string& id);
  const Known* find(const std::string& id) const;
  bool never_delivered(const std::string& id) const;

  std::size_t undelivered() const;
  bool is_free(const Message& message) const;
  bool waits(const std::string& id, NotificationKind kind) const;
  Messages::iterator under_way();

  Dropped add(NotificationKind kind, const Alert& alert, Instant now);
  void add_reminder(const Alert& alert, Instant due_at);
  void forget_reminder(const std::string& id);
  void bound_reminders();
  void give_up(Messages::iterator message, DroppedAlert::Reason reason, Dropped& dropped);
  void drop_needless_resolution(const std::string& id, Dropped& dropped);
  void bring_forward(Instant now);

  bool receiver_forgets_;
  std::minstd_rand random_;
  Messages messages_;
  std::deque<Known> known_;  // the newest; an alert that is not in it counts as delivered
  Instant rest_until_ = Instant::min();
};

}  // namespace recovery
