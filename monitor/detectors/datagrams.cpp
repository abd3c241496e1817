#include "monitor/detectors/datagrams.hpp"

#include <algorithm>
#include <utility>

#include "monitor/text/sentence.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;

constexpr Duration drops_last = 10s;  // without another

bool is_datagram_input(const ConnectionSample& sample) {
  return sample.side == Side::input && sample.kind == ConnectionSample::Kind::udp;
}

}  // namespace

void Datagrams::on_connections(const ConnectionSamples& all, Instant now) {
  ConnectionSamples present;
  std::uint64_t dropped = 0;
  has_backlog_ = false;
  for (const ConnectionSample& sample : all) {
    if (!is_datagram_input(sample)) continue;
    const auto before = std::ranges::find(sockets_, sample.id, &ConnectionSample::id);
    if (before != sockets_.end() && sample.drops > before->drops)
      dropped += sample.drops - before->drops;
    has_backlog_ = has_backlog_ || sample.unread_bytes > 0;
    present.push_back(sample);
  }
  if (dropped > 0) note_drops(dropped, now);
  has_backlog_ = has_backlog_ || dropped > 0;
  sockets_ = std::move(present);
  if (has_backlog_ || sockets_.empty() || !queues_tell_)
    empty_since_.reset();
  else if (!empty_since_)
    empty_since_ = now;
}

void Datagrams::note_drops(std::uint64_t count, Instant now) {
  if (!drops_ || now - drops_->last > drops_last) drops_ = Drops{0, now, now};
  drops_->count += count;
  drops_->last = now;
}

// One that is awake just now has something to receive.
void Datagrams::on_waits(const WaitSample& sample, Instant now) {
  // All of its threads were at work at that instant: that there is no receiver is as true as
  // before.
  if (!sample.is_known && threads_.empty()) return;
  std::vector<Thread> present;
  for (const WaitSample::Receiver& receiver : sample.receivers) {
    const auto known =
        std::ranges::find_if(threads_, [&](const Thread& each) { return each.last == receiver; });
    present.push_back({receiver, known == threads_.end() ? now : known->silent_since});
  }
  threads_ = std::move(present);
  queues_tell_ = sample.is_known && threads_.empty();
  if (!queues_tell_) empty_since_.reset();
}

void Datagrams::rebase(Instant now) {
  for (Thread& each : threads_) each.silent_since = now;
  if (empty_since_) empty_since_ = now;
}

std::optional<Instant> Datagrams::threads_silent_since() const {
  const auto quiet = std::ranges::min_element(threads_, {}, &Thread::silent_since);
  return quiet == threads_.end() ? std::nullopt : std::optional(quiet->silent_since);
}

std::optional<Instant> Datagrams::silent_since() const {
  return threads_.empty() ? empty_since_ : threads_silent_since();
}

std::string Datagrams::sentence_of_silence(Instant since, Instant now) const {
  const std::string at = sockets_.empty() ? "" : " at " + sockets_.front().local;
  return sentence("Nothing has come by UDP%s for %.1f s: %s.", at.c_str(), seconds(now - since),
                  threads_.empty()
                      ? "the receive queue was empty each time, FFmpeg has read all of it"
                      : "FFmpeg's thread that receives it has not woken");
}

std::string Datagrams::sentence_of_drops(Instant now) const {
  if (!drops_ || now - drops_->last > drops_last) return {};
  return sentence(
      "The source delivers: the kernel has dropped %llu datagrams in %.1f s, as FFmpeg does not "
      "read them in time.",
      static_cast<unsigned long long>(drops_->count), std::max(1.0, seconds(now - drops_->first)));
}

}  // namespace monitor
