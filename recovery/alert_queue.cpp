#include "recovery/alert_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "monitor/backoff.hpp"

namespace recovery {
namespace {

using namespace std::chrono_literals;

// A receiver that restarts is back in seconds; a longer outage is noticed within a minute.
constexpr monitor::Backoff between_tries(1s, 60s);
constexpr double jitter = 0.2;  // many supervisors that lost one receiver do not return in step
constexpr monitor::Duration longest_rest = 5min;  // however long the receiver asks for
constexpr monitor::Duration too_old_after = 24h;  // of trying: it is history, not an alert
constexpr unsigned max_rejections = 3;
constexpr monitor::Duration reminder_interval = 1min;  // several in a firing's 5 min
constexpr std::size_t known_limit = 1024;              // alerts

bool is_reminder(const AlertMessage& message) {
  return message.kind == NotificationKind::reminder;
}

}  // namespace

std::string_view text(DroppedAlert::Reason reason) {
  switch (reason) {
    case DroppedAlert::Reason::queue_full:
      return "too many messages wait for this receiver";
    case DroppedAlert::Reason::rejected:
      return "it was rejected three times";
    case DroppedAlert::Reason::too_old:
      return "it was tried for 24 hours";
    case DroppedAlert::Reason::never_delivered:
      return "the receiver never received the alert that this resolves";
  }
  return "?";
}

AlertQueue::AlertQueue(bool receiver_forgets, std::uint64_t seed)
    : receiver_forgets_(receiver_forgets), random_(seed) {
}

AlertQueue::Dropped AlertQueue::fire(const Alert& alert, Instant now) {
  if (find(alert.id)) return {};
  remember(alert.id);
  return add(NotificationKind::firing, alert, now);
}

AlertQueue::Dropped AlertQueue::resolve(const Alert& alert, Instant now) {
  if (!find(alert.id)) remember(alert.id).may_be_delivered = true;
  Known& known = remember(alert.id);
  if (std::exchange(known.resolved, true)) return {};
  forget_reminder(alert.id);
  const bool still_waits =
      waits(alert.id, NotificationKind::firing) || waits(alert.id, NotificationKind::reminder);
  if (!known.may_be_delivered && !still_waits) return {};
  return add(NotificationKind::resolution, alert, now);
}

void AlertQueue::adopt(const Alert& alert, Instant now) {
  if (find(alert.id)) return;
  remember(alert.id).may_be_delivered = true;
  if (receiver_forgets_) add_reminder(alert, now);
}

std::optional<AlertMessage> AlertQueue::take_due(Instant now) {
  if (under_way() != messages_.end() || now < rest_until_) return std::nullopt;
  Message* best = nullptr;
  const auto rank = [](const Message& message) {
    return std::pair(is_reminder(message.what), message.due_at);
  };
  for (Message& message : messages_) {
    if (message.due_at > now || !is_free(message)) continue;
    if (!best || rank(message) < rank(*best)) best = &message;
  }
  if (!best) return std::nullopt;
  best->under_way = true;
  return best->what;
}

void AlertQueue::delivered(Instant now) {
  const auto message = under_way();
  if (message == messages_.end()) return;
  const std::string id = message->what.alert.id;
  remember(id).may_be_delivered = true;
  if (!receiver_forgets_ || message->what.kind == NotificationKind::resolution ||
      waits(id, NotificationKind::resolution)) {
    messages_.erase(message);
  } else {
    *message = {.what = {NotificationKind::reminder, std::move(message->what.alert)},
                .due_at = now + reminder_interval};
    bound_reminders();
  }
  bring_forward(now);
}

AlertQueue::Dropped AlertQueue::failed(Instant now, const AlertFailure& failure) {
  Dropped dropped;
  const auto message = under_way();
  if (message == messages_.end()) return dropped;
  const std::string id = message->what.alert.id;
  if (failure.may_be_delivered) remember(id).may_be_delivered = true;
  rest_until_ = now + std::min(failure.rest, longest_rest);

  message->under_way = false;
  message->due_at = now + between_tries.after(++message->failures, jitter, random_);
  if (!failure.retryable) ++message->rejections;
  if (is_reminder(message->what) && waits(id, NotificationKind::resolution)) {
    messages_.erase(message);
    drop_needless_resolution(id, dropped);
  } else if (message->rejections == max_rejections) {
    give_up(message, DroppedAlert::Reason::rejected, dropped);
  } else if (!is_reminder(message->what) && now - message->asked_at >= too_old_after) {
    give_up(message, DroppedAlert::Reason::too_old, dropped);
  }
  return dropped;
}

monitor::Instant AlertQueue::next_deadline() const {
  Instant earliest = monitor::never;
  for (const Message& message : messages_) {
    if (message.under_way) return monitor::never;
    if (message.due_at < earliest && is_free(message)) earliest = message.due_at;
  }
  return std::max(earliest, rest_until_);
}

AlertQueue::Known& AlertQueue::remember(const std::string& id) {
  const auto same = [&id](const Known& known) { return known.id == id; };
  const auto found = std::find_if(known_.rbegin(), known_.rend(), same);
  if (found != known_.rend()) return *found;
  known_.push_back({.id = id});
  if (known_.size() > known_limit) known_.pop_front();
  return known_.back();
}

const AlertQueue::Known* AlertQueue::find(const std::string& id) const {
  const auto same = [&id](const Known& known) { return known.id == id; };
  const auto found = std::find_if(known_.rbegin(), known_.rend(), same);
  return found == known_.rend() ? nullptr : &*found;
}

bool AlertQueue::never_delivered(const std::string& id) const {
  const Known* known = find(id);
  return known && !known->may_be_delivered;
}

std::size_t AlertQueue::undelivered() const {
  return static_cast<std::size_t>(
      std::count_if(messages_.begin(), messages_.end(),
                    [](const Message& message) { return !is_reminder(message.what); }));
}

// Of one stream only the oldest undelivered message may go; a reminder only where there is none.
bool AlertQueue::is_free(const Message& message) const {
  for (const Message& other : messages_) {
    if (&other == &message && !is_reminder(message.what)) return true;
    if (!is_reminder(other.what) && other.what.alert.stream == message.what.alert.stream) {
      return false;
    }
  }
  return true;
}

bool AlertQueue::waits(const std::string& id, NotificationKind kind) const {
  return std::any_of(messages_.begin(), messages_.end(), [&](const Message& message) {
    return message.what.kind == kind && message.what.alert.id == id;
  });
}

AlertQueue::Messages::iterator AlertQueue::under_way() {
  return std::find_if(messages_.begin(), messages_.end(),
                      [](const Message& message) { return message.under_way; });
}

AlertQueue::Dropped AlertQueue::add(NotificationKind kind, const Alert& alert, Instant now) {
  Dropped dropped;
  if (undelivered() >= limit) {
    const auto oldest = std::find_if(
        messages_.begin(), messages_.end(),
        [](const Message& message) { return !message.under_way && !is_reminder(message.what); });
    give_up(oldest, DroppedAlert::Reason::queue_full, dropped);
  }
  messages_.push_back({.what = {kind, alert}, .asked_at = now, .due_at = now});
  return dropped;
}

void AlertQueue::add_reminder(const Alert& alert, Instant due_at) {
  messages_.push_back({.what = {NotificationKind::reminder, alert}, .due_at = due_at});
  bound_reminders();
}

// One that is under way stays: when its outcome is reported, it is found to be overtaken.
void AlertQueue::forget_reminder(const std::string& id) {
  std::erase_if(messages_, [&id](const Message& message) {
    return !message.under_way && is_reminder(message.what) && message.what.alert.id == id;
  });
}

void AlertQueue::bound_reminders() {
  if (messages_.size() - undelivered() <= reminder_limit) return;
  const auto oldest = std::find_if(messages_.begin(), messages_.end(), [](const Message& message) {
    return !message.under_way && is_reminder(message.what);
  });
  messages_.erase(oldest);
}

// A receiver that forgets still gets reminders of an alert that was not rejected, as long as it
// fires: nothing is lost.
void AlertQueue::give_up(Messages::iterator message, DroppedAlert::Reason reason,
                         Dropped& dropped) {
  const std::string id = message->what.alert.id;
  const bool may_be_reminded =
      receiver_forgets_ && message->what.kind == NotificationKind::firing &&
      reason != DroppedAlert::Reason::rejected && !waits(id, NotificationKind::resolution);
  if (may_be_reminded) {
    message->what.kind = NotificationKind::reminder;
    return bound_reminders();
  }
  dropped.push_back({.message = std::move(message->what), .reason = reason});
  messages_.erase(message);
  drop_needless_resolution(id, dropped);
}

void AlertQueue::drop_needless_resolution(const std::string& id, Dropped& dropped) {
  if (!never_delivered(id)) return;
  const auto resolution =
      std::find_if(messages_.begin(), messages_.end(), [&id](const Message& message) {
        return message.what.kind == NotificationKind::resolution && message.what.alert.id == id;
      });
  if (resolution == messages_.end()) return;
  dropped.push_back(
      {.message = std::move(resolution->what), .reason = DroppedAlert::Reason::never_delivered});
  messages_.erase(resolution);
}

// The receiver is back: what failed without a rejection is due now.
void AlertQueue::bring_forward(Instant now) {
  for (Message& message : messages_) {
    if (message.failures > 0 && message.rejections == 0) {
      message.due_at = std::min(message.due_at, now);
    }
  }
}

}  // namespace recovery
