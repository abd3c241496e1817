#include "tests/simulation/held_relay.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t pipe_bytes = 65536;
constexpr Duration idle_after = 1s;

}  // namespace

HeldRelay::HeldRelay(Instant now, bool is_covered) : splicer_({}, now), may_cover_(is_covered) {
  splicer_.allow_cover({.is_allowed = is_covered});
}

void HeldRelay::finish() {
  is_finishing_ = true;
  may_cover_ = false;
  splicer_.allow_cover({});
}

void HeldRelay::begin_encoder(Instant now) {
  end_encoder(now);
  source_ = splicer_.add(splice::Role::encoder);
  splicer_.select(*source_);
}

void HeldRelay::feed(splice::Bytes bytes, Instant now) {
  if (!source_ || bytes.empty()) return;
  take(splicer_.feed(*source_, bytes, now));
  note_media(now);
  pump_all();
}

void HeldRelay::note_media(Instant now) {
  const std::uint64_t frames = splicer_.counts().frames;
  if (std::exchange(frames_, frames) == frames) return;
  const Duration lead = source_ ? splicer_.lead(*source_, now) : Duration::zero();
  lasts_until_ = now + std::max(lead, Duration::zero());
  set_idle(false);
}

void HeldRelay::end_encoder(Instant now) {
  if (!source_) return;
  take(splicer_.end(*source_, now));
  splicer_.drop(*source_);
  source_.reset();
  pump_all();
  if (!may_cover_) set_idle(true);
}

void HeldRelay::pass(Instant now) {
  take(splicer_.tick(now));
  note_media(now);
  if (!is_covered() && now >= lasts_until_ + idle_after) set_idle(true);
  pump_all();
}

void HeldRelay::attach(std::size_t output) {
  detach(output);
  pipes_.push_back({.output = output, .id = splicer_.attach()});
  pump(pipes_.back());
}

void HeldRelay::detach(std::size_t output) {
  for (Pipe& pipe : pipes_) {
    if (pipe.output == output) close(pipe);
  }
  std::erase_if(pipes_, [output](const Pipe& pipe) { return pipe.output == output; });
}

std::size_t HeldRelay::read(std::size_t output, std::size_t at_most) {
  const auto pipe = std::ranges::find(pipes_, output, &Pipe::output);
  if (pipe == pipes_.end()) return 0;
  const std::size_t count = std::min(at_most, pipe->bytes);
  pipe->bytes -= count;
  pump(*pipe);
  return count;
}

bool HeldRelay::is_at_end(std::size_t output) const {
  const Pipe* pipe = find(output);
  return pipe == nullptr || (!pipe->is_open && pipe->bytes == 0);
}

std::vector<HeldRelay::Edge> HeldRelay::take_edges() {
  return std::exchange(edges_, {});
}

void HeldRelay::take(splice::Splicer::Events events) {
  for (const splice::Event& event : events) {
    if (std::holds_alternative<splice::ParametersKnown>(event)) {
      edges_.push_back(Edge::parameters_known);
    } else if (std::holds_alternative<splice::ReconnectNeeded>(event)) {
      edges_.push_back(Edge::reconnect_needed);
    } else if (std::holds_alternative<splice::OutputFellBehind>(event)) {
      ++times_behind_;
    }
  }
}

void HeldRelay::set_idle(bool is_idle) {
  if (std::exchange(is_idle_, is_idle) == is_idle) return;
  edges_.push_back(is_idle ? Edge::idle : Edge::busy);
}

void HeldRelay::pump_all() {
  for (Pipe& pipe : pipes_) pump(pipe);
}

void HeldRelay::pump(Pipe& pipe) {
  std::array<splice::Bytes, 16> pieces;
  while (pipe.is_open && pipe.bytes < pipe_bytes) {
    const std::size_t count = splicer_.gather(pipe.id, pieces);
    if (count == 0) {
      const bool is_done = is_finishing_ && !source_;
      if (is_done || splicer_.state(pipe.id).is_over) close(pipe);
      return;
    }
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) bytes += pieces[i].size();
    bytes = std::min(bytes, pipe_bytes - pipe.bytes);
    pipe.bytes += bytes;
    splicer_.written(pipe.id, bytes);
  }
}

void HeldRelay::close(Pipe& pipe) {
  if (!std::exchange(pipe.is_open, false)) return;
  splicer_.detach(pipe.id);
}

const HeldRelay::Pipe* HeldRelay::find(std::size_t output) const {
  const auto pipe = std::ranges::find(pipes_, output, &Pipe::output);
  return pipe == pipes_.end() ? nullptr : &*pipe;
}

}  // namespace simulation
