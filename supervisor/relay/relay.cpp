#include "supervisor/relay/relay.hpp"

#include "supervisor/relay/relay_state.hpp"

namespace supervisor {

namespace {

using boost::system::error_code;
using monitor::Instant;
using namespace std::chrono_literals;

constexpr monitor::Duration idle_after = 1s;      // without a frame, past the end of the media
constexpr monitor::Duration counts_wait = 750ms;  // more, for a wake-up that has other work too

}  // namespace

// ------------------------------------------------------------------------------- time

void Relay::State::arm() {
  Instant due = splicer_.next_deadline();
  if (counts_at_ != monitor::never) due = std::min(due, counts_at_ + counts_wait);
  if (!is_idle_ && !cover_.any()) due = std::min(due, lasts_until_ + idle_after);
  for (const RelayInput* input : {&encoder_, &stand_in_}) {
    if (input->source && input->read_again_at > now()) due = std::min(due, input->read_again_at);
  }
  if (!has_finished_) due = std::min(due, gives_up_at_);
  if (due == monitor::never || (due >= armed_for_ && armed_for_ > now())) return;
  armed_for_ = due;
  timer_.expires_at(due);
  timer_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (self && !error) self->on_timer();
  });
}

void Relay::State::on_timer() {
  const Instant at = now();
  armed_for_ = monitor::never;
  take(splicer_.tick(at));
  note_media();
  if (!is_idle_ && !cover_.any() && at >= lasts_until_ + idle_after) set_idle(true);
  if (at >= counts_at_) report_counts();
  pump_all();
  check_finished();
  await_inputs();
  arm();
}

void Relay::State::cover(const splice::CoverPolicy& policy) {
  if (patience_ && policy.is_allowed) return;
  may_cover_ = policy.is_allowed;
  splicer_.allow_cover(policy);
  note_cover(0s);
  arm();
}

void Relay::State::set_slate(std::shared_ptr<const splice::Slate> slate) {
  splicer_.set_slate(std::move(slate));
  if (cover_.any()) note_cover(0s);
}

RelayKeyFrame Relay::State::key_frame() const {
  const splice::Programme& programme = splicer_.programme();
  const auto& tracks = programme.tracks();
  const auto first = std::ranges::find(tracks, splice::Kind::video, &splice::Track::kind);
  if (first == tracks.end() || !first->has_begun()) return {};
  const splice::Bytes bytes = first->cover.picture(first->repeats());
  const auto place = static_cast<std::size_t>(first - tracks.begin());
  return {.codec = programme.layout().streams[place].codec,
          .bytes = std::string(bytes.begin(), bytes.end()),
          .at = first->last_at()};
}

void Relay::State::report_counts() {
  std::vector<RelayCounts> all = past_counts_;
  for (const auto& output : outputs_) {
    const RelayCounts present = output->counts(splicer_);
    auto sum = std::ranges::find(all, present.output, &RelayCounts::output);
    if (sum == all.end()) sum = all.insert(sum, {.output = present.output});
    sum->written_bytes += present.written_bytes;
    sum->dropped_bytes += present.dropped_bytes;
    sum->queued_bytes = present.queued_bytes;
  }
  std::uint64_t bytes = 0;
  for (const RelayCounts& each : all) {
    bytes += each.written_bytes + each.dropped_bytes + each.queued_bytes;
  }
  const bool is_news = std::exchange(reported_bytes_, bytes) != bytes;
  // While nothing moves there is nothing to wake up for.
  counts_at_ = is_news || !is_idle_ ? now() + counts_interval : monitor::never;
  if (is_news && reports_.on_counts) reports_.on_counts(std::move(all));
}

void Relay::State::close() {
  reports_ = {};
  error_code ignored;
  encoder_.pipe.close(ignored);
  stand_in_.pipe.close(ignored);
  outputs_.clear();
  timer_.cancel();
}

// ------------------------------------------------------------------------------- for the owner

Relay::Relay(asio::any_io_executor executor, const splice::Options& options, Reports reports)
    : state_(std::make_shared<State>(std::move(executor), options, std::move(reports))) {
}

Relay::~Relay() {
  state_->close();
}

void Relay::begin_encoder(Descriptor read) {
  state_->begin_encoder(std::move(read));
}

void Relay::retire_encoder() {
  state_->retire_encoder();
}

void Relay::begin_stand_in(Descriptor read) {
  state_->begin_stand_in(std::move(read));
}

void Relay::retire_stand_in() {
  state_->retire_stand_in();
}

void Relay::attach(OutputNumber output, Descriptor write,
                   const recovery::splice::QueueLimits& limits) {
  state_->attach(output, std::move(write), limits);
}

void Relay::limit(OutputNumber output, const recovery::splice::QueueLimits& limits) {
  state_->limit(output, limits);
}

void Relay::detach(OutputNumber output) {
  state_->detach(output);
}

void Relay::cover(const splice::CoverPolicy& policy) {
  state_->cover(policy);
}

void Relay::set_slate(std::shared_ptr<const recovery::splice::Slate> slate) {
  state_->set_slate(std::move(slate));
}

RelayKeyFrame Relay::key_frame() const {
  return state_->key_frame();
}

void Relay::finish(monitor::Duration patience) {
  state_->finish(patience);
}

}  // namespace supervisor
