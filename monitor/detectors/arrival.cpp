#include "monitor/detectors/arrival.hpp"

#include <algorithm>
#include <utility>

#include "monitor/text/sentence.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;
using Phase = ConnectionSample::Phase;
using ArrivalTrouble = Arrival::Trouble;

// Shorter ones come and go by design: playlists, segments, a logo fetched once.
constexpr Duration long_lived_input = 10s;
constexpr Duration opened_before = 2s;  // the connection that replaces another
constexpr double trickle = 0.05;        // of what usually comes
constexpr double least_stream = 500;    // bytes a second; RTSP's own words are fewer
// FFmpeg asks for a playlist that stays the same each half of a segment's length. Up to two rounds
// are usual, and then the segment; picture and sound may each have their own.
constexpr unsigned asked_again = 2;
constexpr unsigned asked_in_vain = 8;

bool is_tcp_input(const ConnectionSample& sample) {
  return sample.side == Side::input && sample.kind == ConnectionSample::Kind::tcp;
}

// Of a connection that the server has closed FFmpeg may leave the end unread for ever.
bool waits_to_be_read(const ConnectionSample& sample) {
  return sample.unread_bytes > 0 && sample.phase == Phase::established;
}

// The server has hung up, which the kernel counts as a byte, and FFmpeg has read all that came
// before.
bool is_spent(const ConnectionSample& sample) {
  return sample.phase == Phase::closing && sample.unread_bytes <= 1;
}

template <class Links>
auto link_with_id(Links& links, std::uint64_t id) {
  return std::find_if(links.begin(), links.end(),
                      [id](const auto& link) { return link.last.id == id; });
}

}  // namespace

ArrivalDetector::ArrivalDetector(Duration stall_timeout, Instant launched_at)
    : stall_timeout_(stall_timeout), counted_from_(launched_at) {
}

void ArrivalDetector::on_connections(const ConnectionSamples& all, Instant now) {
  std::vector<Link> present;
  ConnectionSamples inputs;
  for (const ConnectionSample& sample : all) {
    if (!is_tcp_input(sample)) continue;
    note_asked(sample, now);
    inputs.push_back(sample);
    if (is_spent(sample)) continue;
    const auto known = link_with_id(links_, sample.id);
    const bool is_new = known == links_.end();
    Link link = is_new ? Link{sample, now, now, now} : *known;
    if (has_delivered(link, sample, now)) link.delivered_at = now;
    link.last = sample;
    link.seen_at = now;
    present.push_back(std::move(link));
  }
  note_lost(present, now);
  links_ = std::move(present);
  inputs_ = std::move(inputs);
  datagrams_.on_connections(all, now);
}

void ArrivalDetector::note_asked(const ConnectionSample& sample, Instant now) {
  const auto known = std::find_if(inputs_.begin(), inputs_.end(),
                                  [&](const auto& each) { return each.id == sample.id; });
  const bool is_new = known == inputs_.end();
  const bool came = sample.received_bytes > (is_new ? 0 : known->received_bytes);
  if (is_new || sample.acked_bytes > known->acked_bytes) {
    asked_ = {asked_.times + 1, now, came, sample.peer};
  } else if (came && sample.peer == asked_.peer) {
    asked_.answered = true;
  }
}

// A trickle is no stream: of an HLS source whose generator has died the same playlist comes again
// and again.
bool ArrivalDetector::has_delivered(const Link& link, const ConnectionSample& sample, Instant now) {
  if (waits_to_be_read(sample)) return true;
  const std::uint64_t before = link.last.received_bytes;
  if (sample.received_bytes <= before) return false;
  const Duration life = link.seen_at - link.first_seen_at;
  if (life < long_lived_input) return true;
  const double usual = static_cast<double>(before) / seconds(life);
  const double present =
      static_cast<double>(sample.received_bytes - before) / seconds(now - link.seen_at);
  return present >= usual * trickle;
}

// Another to the same server takes its place, or one that was opened for it: an advertisement of
// an HLS source comes from another host.
void ArrivalDetector::note_lost(const std::vector<Link>& present, Instant now) {
  for (const Link& old : links_) {
    const bool is_gone = link_with_id(present, old.last.id) == present.end();
    if (is_gone && now - old.first_seen_at >= long_lived_input) lost_ = Lost{now, old.last.peer};
  }
  for (const Link& link : present) {
    if (!lost_) return;
    const bool is_later = link.first_seen_at + opened_before >= lost_->at;
    if (is_later || link.last.peer == lost_->peer) lost_.reset();
  }
}

void ArrivalDetector::on_look(const SourceLook& look) {
  if (!lost_) return;
  const bool is_gone = look.answer == LookAnswer::missing;
  if (is_gone || (look.is_available() && !look.is_finite)) lost_->was_live = true;
}

void ArrivalDetector::on_waits(const WaitSample& sample, Instant now) {
  // A reader that is faster than its source stands there nearly always.
  const bool reads = sample.read_bytes && read_bytes_ && *sample.read_bytes > *read_bytes_;
  read_bytes_ = sample.read_bytes;
  if (!sample.reads_pipe || reads) pipe_waits_since_.reset();
  if (sample.reads_pipe && !pipe_waits_since_) pipe_waits_since_ = now;
  datagrams_.on_waits(sample, now);
}

void ArrivalDetector::on_advance(Instant now) {
  counted_from_ = now;
  asked_ = {};
  advanced_ = true;
}

void ArrivalDetector::rebase(Instant now) {
  counted_from_ = now;
  asked_ = {};
  for (Link& link : links_) link.delivered_at = now;
  if (lost_) lost_->at = now;
  if (pipe_waits_since_) pipe_waits_since_ = now;
  datagrams_.rebase(now);
}

bool ArrivalDetector::carries_stream(const Link& link) const {
  const double life = std::max(1.0, seconds(link.seen_at - link.first_seen_at));
  return !datagrams_.is_used() ||
         static_cast<double>(link.last.received_bytes) >= life * least_stream;
}

bool ArrivalDetector::has_backlog() const {
  bool any = datagrams_.is_used();
  for (const Link& link : links_) {
    if (!carries_stream(link)) continue;
    if (!waits_to_be_read(link.last)) return false;
    any = true;
  }
  return any && (!datagrams_.is_used() || datagrams_.has_backlog());
}

// Of several the one that has been silent for longest holds up the others.
const ArrivalDetector::Link* ArrivalDetector::quietest() const {
  const Link* quiet = nullptr;
  for (const Link& link : links_) {
    const bool is_quieter = !quiet || link.delivered_at < quiet->delivered_at;
    if (is_quieter && carries_stream(link)) quiet = &link;
  }
  return quiet && !waits_to_be_read(quiet->last) ? quiet : nullptr;
}

ArrivalDetector::State ArrivalDetector::state() const {
  if (lost_ && lost_->was_live && advanced_)
    return {ArrivalTrouble::disconnected, lost_->at, nullptr};
  const bool polls = advanced_ && asked_.answered;
  if (polls && asked_.times >= asked_again)
    return {ArrivalTrouble::nothing_new, counted_from_, nullptr};
  if (const Link* quiet = quietest()) {
    const bool never_came =
        quiet->last.phase == Phase::connecting || quiet->last.received_bytes == 0;
    return {never_came ? ArrivalTrouble::unanswered : ArrivalTrouble::silent,
            std::max({quiet->delivered_at, counted_from_, polls ? asked_.at : Instant::min()}),
            quiet};
  }
  if (const auto since = datagrams_.silent_since()) {
    return {ArrivalTrouble::silent, std::max(*since, counted_from_), nullptr};
  }
  if (pipe_waits_since_) {
    return {ArrivalTrouble::empty_pipe, std::max(*pipe_waits_since_, counted_from_), nullptr};
  }
  return {};
}

Arrival ArrivalDetector::at(Instant now) const {
  const State found = state();
  Arrival arrival = describe(found, now);
  const bool awaits_datagrams = found.trouble == ArrivalTrouble::silent && !found.link;
  arrival.is_connected =
      awaits_datagrams || (found.link && found.link->last.phase == Phase::established);
  arrival.losses = datagrams_.sentence_of_drops(now);
  return arrival;
}

Arrival ArrivalDetector::describe(const State& found, Instant now) const {
  const double lasted = seconds(now - found.since);
  const char* peer = found.link ? found.link->last.peer.c_str() : "";
  switch (found.trouble) {
    case ArrivalTrouble::none:
      return {};
    case ArrivalTrouble::unanswered:
      return {found.trouble, found.since,
              found.link->last.phase == Phase::connecting
                  ? sentence("%s has not taken the connection for %.1f s.", peer, lasted)
                  : sentence("%s took the connection and has not sent a byte for %.1f s.", peer,
                             lasted)};
    case ArrivalTrouble::silent:
      if (!found.link)
        return {found.trouble, found.since, datagrams_.sentence_of_silence(found.since, now)};
      return {
          found.trouble, found.since,
          sentence("Nothing has arrived from %s for %.1f s (%.1f MB before), and FFmpeg has read "
                   "all of it.",
                   peer, seconds(now - found.link->delivered_at),
                   static_cast<double>(found.link->last.received_bytes) / 1e6)};
    case ArrivalTrouble::nothing_new:
      return {
          found.trouble, found.since,
          sentence("FFmpeg has repeated its request to %s for %.1f s and got nothing to put out.",
                   asked_.peer.c_str(), lasted)};
    case ArrivalTrouble::empty_pipe:
      return {found.trouble, found.since,
              sentence("FFmpeg has waited for a pipe to be written to for %.1f s.",
                       seconds(now - *pipe_waits_since_))};
    case ArrivalTrouble::disconnected:
      return {found.trouble, found.since,
              sentence("The connection to %s has been gone for %.1f s, and FFmpeg goes on without "
                       "it.",
                       lost_->peer.c_str(), lasted)};
  }
  return {};
}

// Before the first output FFmpeg waits for what its source has to send: the start-up time-out
// alone limits that.
Instant ArrivalDetector::deadline() const {
  if (!advanced_) return never;
  const State found = state();
  const bool too_soon =
      found.trouble == ArrivalTrouble::nothing_new && asked_.times < asked_in_vain;
  return found.trouble == ArrivalTrouble::none || too_soon ? never : found.since + stall_timeout_;
}

std::optional<Fault> ArrivalDetector::check(Instant now) const {
  if (now < deadline()) return std::nullopt;
  Arrival arrival = at(now);
  Cause cause = Cause::source_stalled;
  if (arrival.trouble == ArrivalTrouble::unanswered) cause = Cause::source_unreachable;
  if (arrival.trouble == ArrivalTrouble::disconnected) cause = Cause::source_ended;
  return Fault{cause, true, std::move(arrival.sentence), arrival.since, Strength::proven};
}

}  // namespace monitor
