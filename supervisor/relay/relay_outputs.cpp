// The publishers' end of a relay.

#include "supervisor/relay/relay_state.hpp"

namespace supervisor {

using boost::system::error_code;

void Relay::State::attach(OutputNumber number, Descriptor write,
                          const splice::QueueLimits& limits) {
  detach(number);
  auto output = std::make_unique<RelayOutput>(executor_, number, splicer_.attach(limits));
  if (!output->open(std::move(write))) return splicer_.detach(output->id());
  outputs_.push_back(std::move(output));
  pump(*outputs_.back());
  if (std::exchange(has_had_output_, true)) return;
  encoder_.read_again_at = monitor::Instant::min();
  await(encoder_);
}

void Relay::State::limit(OutputNumber number, const splice::QueueLimits& limits) {
  if (const RelayOutput* output = find(number)) splicer_.limit(output->id(), limits);
}

void Relay::State::detach(OutputNumber number) {
  if (const RelayOutput* output = find(number)) drop(output->id());
}

RelayOutput* Relay::State::find(OutputNumber number) {
  const auto found = std::ranges::find_if(
      outputs_, [number](const auto& each) { return each->number() == number; });
  return found == outputs_.end() ? nullptr : found->get();
}

RelayOutput* Relay::State::find(splice::OutputId id) {
  const auto found =
      std::ranges::find_if(outputs_, [id](const auto& each) { return each->id() == id; });
  return found == outputs_.end() ? nullptr : found->get();
}

void Relay::State::drop(splice::OutputId id) {
  RelayOutput* output = find(id);
  if (!output) return;
  const RelayCounts last = output->counts(splicer_);
  auto past = std::ranges::find(past_counts_, last.output, &RelayCounts::output);
  if (past == past_counts_.end()) past = past_counts_.insert(past, {.output = last.output});
  past->written_bytes += last.written_bytes;
  past->dropped_bytes += last.dropped_bytes + last.queued_bytes;
  splicer_.detach(id);
  std::erase_if(outputs_, [id](const auto& each) { return each->id() == id; });
}

void Relay::State::pump_all() {
  std::vector<splice::OutputId> ids;
  for (const auto& output : outputs_) {
    if (!output->awaits_room) ids.push_back(output->id());
  }
  for (const splice::OutputId id : ids) pump(*find(id));
}

void Relay::State::pump(RelayOutput& output) {
  switch (output.pump(splicer_)) {
    case RelayOutput::Pumped::all:
      return;
    case RelayOutput::Pumped::full:
      return await_room(output);
    case RelayOutput::Pumped::over:    // its publisher ends with its input
    case RelayOutput::Pumped::broken:  // … is gone
      return drop(output.id());
  }
}

void Relay::State::await_room(RelayOutput& output) {
  output.awaits_room = true;
  output.pipe().async_wait(asio::posix::descriptor_base::wait_write,
                           [weak = weak_from_this(), id = output.id()](const error_code& error) {
                             const auto self = weak.lock();
                             if (!self || error) return;
                             RelayOutput* waiting = self->find(id);
                             if (!waiting) return;
                             waiting->awaits_room = false;
                             self->pump(*waiting);
                             self->check_finished();
                           });
}

void Relay::State::finish(monitor::Duration patience) {
  patience_ = patience;
  cover({});
  splicer_.stop_pacing(now());
  pump_all();
  check_finished();
  arm();
}

void Relay::State::check_finished() {
  if (!patience_ || has_finished_ || encoder_.source) return;
  if (gives_up_at_ == monitor::never) gives_up_at_ = std::max(now(), lasts_until_) + *patience_;
  const bool gives_up = now() >= gives_up_at_;
  std::vector<splice::OutputId> done;
  for (const auto& output : outputs_) {
    if (gives_up || splicer_.state(output->id()).queued_bytes == 0) done.push_back(output->id());
  }
  for (const splice::OutputId id : done) drop(id);
  if (!outputs_.empty()) return;
  has_finished_ = true;
  report_counts();
  if (reports_.on_finished) reports_.on_finished();
}

}  // namespace supervisor
