#include "monitor/detectors/delivery_link.hpp"

#include <algorithm>
#include <utility>

#include "monitor/text/sentence.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;
using Phase = ConnectionSample::Phase;
using Trouble = DeliveryTrouble;

constexpr std::uint64_t telling_shrink = 8 * 1024;  // bytes; coarse scaling rounds by less
constexpr std::uint64_t telling_part = 8;           // of what was taken; a quarter was seen
constexpr std::uint64_t slow_shrink = 4 * 1024;     // bytes …
constexpr unsigned slow_falls = 4;                  // … in so many steps …
constexpr Duration slow_lasts = 10s;                // … over so long
constexpr Duration stands_after = 8s;               // 3.5 s were seen under a stopped server
constexpr std::uint64_t telling_proof = 16 * 1024;  // bytes taken, the window not falling by them
constexpr std::uint64_t full_segment = 1500;        // bytes, or nearly
constexpr std::uint64_t shut_below = full_segment;
constexpr Duration telling_queue = 3s;
constexpr Duration backlog_worth = 4s;  // of what is taken; a key frame is less
constexpr int backlog_over_part = 8;
constexpr double drained = 0.9;                       // of what it was at first
constexpr std::uint64_t telling_backlog = 64 * 1024;  // bytes

std::uint64_t waiting(const ConnectionSample& sample) {
  return sample.unsent_bytes + sample.unacked_bytes;
}

double kilobytes(std::uint64_t bytes) {
  return static_cast<double>(bytes) / 1e3;
}

}  // namespace

// What arrives behind a lost segment cannot be read yet: then a falling window proves nothing. Nor
// does one that cannot rise because nothing is sent: the kernel reports it with the next
// acknowledgement.
void ShrinkingWindow::observe(const ConnectionSample& sample, Instant now) {
  const Point point{*sample.peer_window_bytes, sample.acked_bytes, sample.retransmits};
  idle_ = last_ && sample.acked_bytes == last_->acked_bytes && waiting(sample) == 0;
  if (idle_) since_ += now - seen_at_;
  seen_at_ = now;
  paused_ = paused_ || idle_;
  if (last_) largest_burst_ = std::max(largest_burst_, point.acked_bytes - last_->acked_bytes);
  if (last_ && point.window_bytes < last_->window_bytes) {
    fell_at_ = now;
    ++falls_;
  }
  const bool stands = now - fell_at_ > stands_after && point.window_bytes >= shut_below;
  const bool anew = !last_ || point.window_bytes > last_->window_bytes ||
                    point.window_bytes == from_.window_bytes ||
                    point.retransmits != last_->retransmits || stands;
  if (anew) {
    since_ = fell_at_ = now;
    from_ = point;
    falls_ = 0;
    largest_burst_ = 0;
    paused_ = false;
  }
  last_ = point;
}

// Before a pause the kernel reports the window as it was when the burst had just arrived: by one
// burst it is always down, whatever the server reads since.
bool ShrinkingWindow::is_told(std::uint64_t fall, std::uint64_t taken) const {
  if (paused_ && fall <= largest_burst_) return false;
  if (fall >= telling_shrink && fall >= taken / telling_part) return true;
  return fall >= slow_shrink && falls_ >= slow_falls && seen_at_ - since_ >= slow_lasts;
}

std::optional<Instant> ShrinkingWindow::since(std::optional<Instant> suspected_since) const {
  if (!last_ || idle_) return std::nullopt;
  const std::uint64_t fall = from_.window_bytes - last_->window_bytes;
  const std::uint64_t taken = last_->acked_bytes - from_.acked_bytes;
  if (is_told(fall, taken)) return since_;
  if (falls_ == 0 || !suspected_since || fell_at_ < *suspected_since) return std::nullopt;
  return std::max(since_, *suspected_since);  // until then it was as wide as ever
}

DeliveryLink::DeliveryLink(const ConnectionSample& first, Instant now)
    : last_(first),
      first_seen_at_(now),
      counted_from_(now),
      taken_at_(now),
      received_at_(now),
      limited_when_taken_(first.peer_limited),
      updated_at_(now),
      send_queue_(telling_queue) {
}

void DeliveryLink::update(const ConnectionSample& sample, std::optional<double> bps, Instant now) {
  const bool grew = sample.acked_bytes > last_.acked_bytes;
  if (grew || waiting(sample) == 0) {
    taken_at_ = now;
    limited_when_taken_ = sample.peer_limited;
  }
  if (sample.received_bytes > last_.received_bytes) received_at_ = now;
  if (sample.peer_window_bytes) window_.observe(sample, now);
  widest_window_ = std::max(widest_window_, sample.peer_window_bytes.value_or(0));
  // What piles up while nothing is taken at all is another trouble's, and drains when that is over.
  if (grew) observe_backlog(sample, bps, now);
  send_queue_.observe(sample.unsent_bytes >= full_segment, now);
  last_ = sample;
  updated_at_ = now;
}

// What is left of a hiccup drains: more is taken than is put out.
void DeliveryLink::observe_backlog(const ConnectionSample& sample, std::optional<double> bps,
                                   Instant now) {
  const double limit = drained * static_cast<double>(first_backlog_bytes_);
  const bool drains = backlog_.since() && static_cast<double>(waiting(sample)) < limit;
  if (drains) backlog_.rebase();
  if (!backlog_.since()) first_backlog_bytes_ = waiting(sample);
  backlog_.observe(is_backlog(sample, bps), now);
}

// Once it does, it does until it is nearly gone: a warning must not come and go with each key
// frame.
bool DeliveryLink::is_backlog(const ConnectionSample& sample, std::optional<double> bps) const {
  const int part = backlog_.since() ? backlog_over_part : 1;
  const double worth = bps.value_or(0) * seconds(backlog_worth / part);
  return bps && waiting(sample) >= telling_backlog / part &&
         static_cast<double>(waiting(sample)) * 8 > worth;
}

void DeliveryLink::rebase(Instant now) {
  counted_from_ = taken_at_ = received_at_ = now;
  limited_when_taken_ = last_.peer_limited;
  window_.rebase();
  backlog_.rebase();
  send_queue_.rebase();
}

bool DeliveryLink::send_queue_held() const {
  return send_queue_.check(updated_at_);
}

bool DeliveryLink::server_app_reads() const {
  if (last_.received_bytes > 0) return true;
  if (last_.acked_bytes < telling_proof || !last_.peer_window_bytes) return false;
  return (widest_window_ - *last_.peer_window_bytes) * 2 < last_.acked_bytes;
}

// The kernel counts the time in which the window kept it from sending; before 4.9 it reports only
// the window.
bool DeliveryLink::window_is_shut() const {
  const Duration limited = last_.peer_limited - limited_when_taken_;
  return limited * 2 >= updated_at_ - taken_at_ ||
         (last_.peer_window_bytes && *last_.peer_window_bytes < shut_below);
}

DeliveryLink::State DeliveryLink::state(bool advanced, std::optional<Instant> awaited_since) const {
  if (last_.phase == Phase::connecting) return {Trouble::unanswered, counted_from_};
  // Nothing was ever received. In some protocols that is normal, but then the output advances.
  if (!advanced && last_.received_bytes == 0) return {Trouble::unanswered, counted_from_};
  if (awaited_since) return {Trouble::mute, std::max(received_at_, *awaited_since)};
  const bool nothing_taken = taken_at_ < updated_at_;
  const auto shrinks = window_.since(suspected_since_);
  if (nothing_taken && window_is_shut()) {
    return {Trouble::not_read, std::min(taken_at_, shrinks.value_or(taken_at_))};
  }
  if (shrinks) return {Trouble::not_read, *shrinks};
  if (nothing_taken) return {Trouble::path_silent, taken_at_};
  if (backlog_.since()) return {Trouble::too_slow, *backlog_.since()};
  return {};
}

std::string DeliveryLink::sentence(Trouble trouble, std::optional<double> bps, Instant now) const {
  const double waits = kilobytes(waiting(last_));
  const double lasted = seconds(now - state(true, std::nullopt).since);
  const char* peer = last_.peer.c_str();
  switch (trouble) {
    case Trouble::unanswered:
      return last_.phase == Phase::connecting
                 ? monitor::sentence("%s has not taken the connection for %.1f s.", peer,
                                     seconds(now - counted_from_))
                 : monitor::sentence(
                       "%s took the connection %.1f s ago and has not sent a byte on it since.",
                       peer, seconds(now - counted_from_));
    case Trouble::mute:
      return monitor::sentence(
          "%s has answered, and then sent nothing for %.1f s, while FFmpeg waits for it.", peer,
          seconds(now - received_at_));
    case Trouble::not_read:
      return monitor::sentence(
          "%s has not read what it was sent for %.1f s: its window is down to %.1f kB, %.1f kB "
          "wait "
          "in FFmpeg's socket.",
          peer, lasted, kilobytes(last_.peer_window_bytes.value_or(0)), waits);
    case Trouble::path_silent:
      return monitor::sentence(
          "%s has acknowledged nothing for %.1f s: %.1f kB wait, %u segments were sent again.",
          peer, lasted, waits, last_.retransmits);
    case Trouble::too_slow:
      return monitor::sentence(
          "%s takes %.0f kbit/s, less than is put out: %.1f kB have waited for %.1f s or longer.",
          peer, bps.value_or(0) / 1e3, waits, lasted);
    case Trouble::disconnected:
    case Trouble::none:
      break;
  }
  return {};
}

}  // namespace monitor
