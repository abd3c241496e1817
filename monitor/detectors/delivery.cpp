#include "monitor/detectors/delivery.hpp"

#include <algorithm>
#include <utility>

#include "monitor/text/sentence.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;
using Phase = ConnectionSample::Phase;
using Trouble = DeliveryTrouble;

constexpr Duration rate_window = 10s;
constexpr std::size_t rate_points_limit = 64;
// Shorter ones come and go by design: segments that are put to a server one by one.
constexpr Duration long_lived_output = 10s;

bool is_output(const ConnectionSample& sample) {
  return sample.side == Side::output && sample.kind == ConnectionSample::Kind::tcp &&
         sample.phase != Phase::closing;
}

template <class Links>
auto link_of(Links& links, std::uint64_t id) {
  return std::find_if(links.begin(), links.end(),
                      [id](const DeliveryLink& link) { return link.last().id == id; });
}

Cause cause_of(Trouble trouble) {
  if (trouble == Trouble::unanswered) return Cause::sink_unreachable;
  const bool lost = trouble == Trouble::disconnected || trouble == Trouble::path_silent;
  return lost ? Cause::sink_lost : Cause::sink_stalled;
}

}  // namespace

DeliveryDetector::DeliveryDetector(Duration stall_timeout, Duration silence_timeout)
    : stall_timeout_(stall_timeout), silence_timeout_(std::max(stall_timeout, silence_timeout)) {
}

void DeliveryDetector::on_connections(const ConnectionSamples& all, bool advanced, Instant now) {
  advanced_ = advanced;
  seen_at_ = now;
  std::vector<DeliveryLink> present;
  const auto rate = bps();
  for (const ConnectionSample& sample : all) {
    if (!is_output(sample)) continue;
    const auto known = link_of(links_, sample.id);
    const std::uint64_t before = known == links_.end() ? 0 : known->last().acked_bytes;
    if (sample.acked_bytes > before) acked_bytes_ += sample.acked_bytes - before;
    present.push_back(known == links_.end() ? DeliveryLink(sample, now) : *known);
    present.back().update(sample, rate, now);
    present.back().suspect(suspected_since_);
  }
  note_lost(present, now);
  links_ = std::move(present);
  measure(now);
}

// Another to the same server takes its place.
void DeliveryDetector::note_lost(const std::vector<DeliveryLink>& present, Instant now) {
  for (const DeliveryLink& old : links_) {
    const bool is_gone = link_of(present, old.last().id) == present.end();
    if (is_gone && now - old.first_seen_at() >= long_lived_output)
      lost_ = Lost{now, old.last().peer};
  }
  for (const DeliveryLink& link : present) {
    if (lost_ && link.last().peer == lost_->peer) lost_.reset();
  }
}

void DeliveryDetector::measure(Instant now) {
  while (points_.size() > 2 && now - points_[1].at >= rate_window) points_.pop_front();
  if (points_.size() == rate_points_limit) points_.pop_back();
  points_.push_back({now, acked_bytes_});
}

void DeliveryDetector::suspect(std::optional<Instant> since) {
  suspected_since_ = since;
  for (DeliveryLink& link : links_) link.suspect(since);
}

void DeliveryDetector::await_answer(bool waits, Instant now) {
  if (!waits) awaited_since_.reset();
  if (waits && !awaited_since_) awaited_since_ = now;
}

bool DeliveryDetector::has_sent_all() const {
  return !links_.empty() && std::ranges::all_of(links_, [](const DeliveryLink& link) {
    return link.last().unsent_bytes + link.last().unacked_bytes == 0;
  });
}

void DeliveryDetector::rebase(Instant now) {
  for (DeliveryLink& link : links_) link.rebase(now);
  if (awaited_since_) awaited_since_ = now;
  points_.clear();
  if (lost_) lost_->at = now;
}

std::optional<std::uint64_t> DeliveryDetector::acknowledged_bytes() const {
  return links_.empty() && acked_bytes_ == 0 ? std::nullopt : std::optional(acked_bytes_);
}

std::optional<double> DeliveryDetector::bps() const {
  if (points_.size() < 2 || links_.empty()) return std::nullopt;
  const Duration span = points_.back().at - points_.front().at;
  if (span < rate_window / 4) return std::nullopt;
  const std::uint64_t bytes = points_.back().acked_bytes - points_.front().acked_bytes;
  return static_cast<double>(bytes) * 8 / seconds(span);
}

std::optional<bool> DeliveryDetector::is_taking() const {
  if (lost_ && links_.empty()) return false;
  if (links_.empty()) return std::nullopt;
  const DeliveryLink* link = nullptr;
  const Trouble trouble = gravest(&link).trouble;
  return trouble == Trouble::none || trouble == Trouble::too_slow;
}

std::optional<bool> DeliveryDetector::server_app_reads() const {
  if (links_.empty()) return std::nullopt;
  return std::all_of(links_.begin(), links_.end(),
                     [](const DeliveryLink& link) { return link.server_app_reads(); });
}

DeliveryLink::State DeliveryDetector::gravest(const DeliveryLink** link) const {
  DeliveryLink::State gravest;
  for (const DeliveryLink& each : links_) {
    const DeliveryLink::State state = each.state(advanced_, awaited_since_);
    const bool is_acquitted = acquitted_until_ && seen_at_ < *acquitted_until_;
    if (is_acquitted && state.trouble == Trouble::not_read) continue;
    // FFmpeg connects to one after another: it waits for the last.
    const bool is_later = state.trouble == Trouble::mute && gravest.trouble == Trouble::mute &&
                          each.first_seen_at() > (*link)->first_seen_at();
    if (state.trouble <= gravest.trouble && !is_later) continue;
    gravest = state;
    *link = &each;
  }
  return gravest;
}

Delivery DeliveryDetector::at_lost(Instant now) const {
  return {Trouble::disconnected, lost_->at,
          sentence("The connection to %s has been gone for %.1f s, and FFmpeg goes on without it.",
                   lost_->peer.c_str(), seconds(now - lost_->at)),
          send_queue_held()};
}

bool DeliveryDetector::send_queue_held() const {
  return std::any_of(links_.begin(), links_.end(),
                     [](const DeliveryLink& link) { return link.send_queue_held(); });
}

Delivery DeliveryDetector::at(Instant now) const {
  const DeliveryLink* link = nullptr;
  const DeliveryLink::State state = gravest(&link);
  if (is_lost() && state.trouble <= Trouble::too_slow) return at_lost(now);
  if (!link) return {Trouble::none, {}, {}, send_queue_held()};
  return {state.trouble, state.since, link->sentence(state.trouble, bps(), now), send_queue_held(),
          link->last().id};
}

Duration DeliveryDetector::patience(Trouble trouble) const {
  return trouble == Trouble::path_silent ? silence_timeout_ : stall_timeout_;
}

Instant DeliveryDetector::link_deadline() const {
  const DeliveryLink* link = nullptr;
  const DeliveryLink::State state = gravest(&link);
  return link ? state.since + patience(state.trouble) : never;
}

Instant DeliveryDetector::deadline() const {
  return std::min(link_deadline(), loss_deadline());
}

Instant DeliveryDetector::loss_deadline() const {
  return judges_losses_ && is_lost() ? lost_->at + stall_timeout_ : never;
}

// What a connection that is there suffers from comes first: one that is gone may be one of several.
std::optional<Fault> DeliveryDetector::check(Instant now) const {
  if (now >= link_deadline()) {
    const DeliveryLink* link = nullptr;
    const DeliveryLink::State state = gravest(&link);
    return Fault{cause_of(state.trouble), state.trouble != Trouble::too_slow,
                 link->sentence(state.trouble, bps(), now), state.since, Strength::proven};
  }
  if (now < loss_deadline()) return std::nullopt;
  return Fault{Cause::sink_lost, links_.empty(), at_lost(now).sentence, lost_->at,
               Strength::proven};
}

}  // namespace monitor
