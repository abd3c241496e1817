// The encoder's end of a relay, and that of what stands by.

#include <array>
#include <variant>

#include "supervisor/relay/relay_state.hpp"

namespace supervisor {

namespace {

using boost::system::error_code;
using monitor::Instant;
using namespace std::chrono_literals;

constexpr monitor::Duration ahead_from = 1s;
constexpr monitor::Duration lead_alone = 500ms;  // without an output
constexpr monitor::Duration shortest_hole = 50ms;
constexpr std::size_t rest_bytes = 1024 * 1024;  // a pipe's most

}  // namespace

void Relay::State::begin_encoder(Descriptor read) {
  read_rest();
  if (begin(encoder_, std::move(read))) splicer_.select(*encoder_.source);
}

void Relay::State::retire_encoder() {
  if (encoder_.source) splicer_.retire(*encoder_.source);
}

void Relay::State::begin_stand_in(Descriptor read) {
  begin(stand_in_, std::move(read));
}

void Relay::State::retire_stand_in() {
  if (stand_in_.source) splicer_.retire(*stand_in_.source);
  note_cover(0s);
  arm();
}

bool Relay::State::begin(RelayInput& input, Descriptor read) {
  end(input);
  error_code error;
  input.pipe.assign(read.get(), error);
  if (error) return false;
  read.release();
  input.pipe.native_non_blocking(true, error);
  input.source = splicer_.add(input.role);
  input.read_again_at = Instant::min();
  input.chunk = RelayInput::small_chunk;
  await(input);
  return true;
}

void Relay::State::await_inputs() {
  await(encoder_);
  await(stand_in_);
}

void Relay::State::await(RelayInput& input) {
  if (input.is_awaited || !input.pipe.is_open() || now() < input.read_again_at) return;
  input.is_awaited = true;
  input.pipe.async_wait(
      asio::posix::descriptor_base::wait_read,
      [weak = weak_from_this(), &input, source = input.source](const error_code& error) {
        const auto self = weak.lock();
        if (!self || error || input.source != source) return;
        input.is_awaited = false;
        self->read(input);
        self->await(input);
      });
}

// One chunk for each round: a flood delays neither the outputs nor other streams.
void Relay::State::read(RelayInput& input) {
  std::array<std::uint8_t, RelayInput::chunk_bytes> buffer;
  const ssize_t count = ::read(input.pipe.native_handle(), buffer.data(), input.chunk);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    end(input);
    check_finished();
    return arm();
  }
  const Instant at = now();
  take(splicer_.feed(*input.source, {buffer.data(), static_cast<std::size_t>(count)}, at));
  pace(input, at);
  note_media();
  note_picture();
  pump_all();
  if (at >= counts_at_) report_counts();
  arm();
}

// Until there is an output nothing is taken of what is to come: each begins at the newest key
// frame. Of sound a large chunk is many seconds: where an encoder is paced, small ones let the
// outputs have it steadily; of a stand-in nothing may be far ahead.
void Relay::State::pace(RelayInput& input, Instant at) {
  const monitor::Duration lead = splicer_.lead(*input.source, at);
  const bool waits_for_output = input.is_encoder() && !has_had_output_;
  input.read_again_at =
      waits_for_output ? at + (lead - lead_alone) : splicer_.read_after(*input.source, at);
  const bool is_ahead = lead > (input.is_encoder() ? ahead_from : 0s) || waits_for_output;
  input.chunk =
      is_ahead ? RelayInput::small_chunk : std::min(2 * input.chunk, RelayInput::chunk_bytes);
}

// Of an encoder that is gone.
void Relay::State::read_rest() {
  std::array<std::uint8_t, RelayInput::chunk_bytes> buffer;
  for (std::size_t total = 0; encoder_.source && total < rest_bytes;) {
    const ssize_t count = ::read(encoder_.pipe.native_handle(), buffer.data(), buffer.size());
    if (count <= 0) return;
    total += static_cast<std::size_t>(count);
    take(splicer_.feed(*encoder_.source, {buffer.data(), static_cast<std::size_t>(count)}, now()));
  }
}

void Relay::State::end(RelayInput& input) {
  if (!input.source) return;
  take(splicer_.end(*input.source, now()));
  note_media();
  splicer_.drop(*input.source);
  input.source.reset();
  error_code ignored;
  input.pipe.close(ignored);
  input.is_awaited = false;
  pump_all();
  if (input.is_encoder() && !may_cover_) set_idle(true);
}

// Bytes that hold no frame, or none that a player could show, are nothing. What came in a burst
// lasts until the wall has reached its end.
void Relay::State::note_media() {
  const std::uint64_t frames = splicer_.counts().frames;
  if (std::exchange(frames_, frames) == frames) return;
  const Instant at = now();
  const monitor::Duration lead =
      encoder_.source ? splicer_.lead(*encoder_.source, at) : monitor::Duration::zero();
  lasts_until_ = std::max(lasts_until_, at + std::max(lead, monitor::Duration::zero()));
  if (counts_at_ == monitor::never) counts_at_ = at + counts_interval;
  set_idle(false);
}

void Relay::State::set_idle(bool is_idle) {
  if (std::exchange(is_idle_, is_idle) == is_idle) return;
  if (reports_.on_idle) reports_.on_idle(is_idle);
}

void Relay::State::take(splice::Splicer::Events events) {
  bool is_other = false;
  monitor::Duration hole{};
  for (const splice::Event& event : events) {
    if (const auto* known = std::get_if<splice::ParametersKnown>(&event)) {
      if (reports_.on_parameters_known) reports_.on_parameters_known(known->is_complete);
    } else if (std::holds_alternative<splice::ReconnectNeeded>(event)) {
      if (reports_.on_reconnect_needed) reports_.on_reconnect_needed();
    } else if (const auto* behind = std::get_if<splice::OutputFellBehind>(&event)) {
      const RelayOutput* output = find(behind->output);
      if (output && reports_.on_fell_behind) reports_.on_fell_behind(output->number());
    } else if (const auto* refused = std::get_if<splice::Refused>(&event)) {
      if (reports_.on_refused) reports_.on_refused(refused->stream.kind == splice::Kind::video);
    } else if (const auto* covered = std::get_if<splice::Covered>(&event)) {
      is_other = true;
      hole = std::max(hole, covered->hole);
    } else if (const auto* switched = std::get_if<splice::Switched>(&event)) {
      is_other = true;
      if (is_leading(switched->stream)) hole = std::max(hole, switched->hole);
    }
  }
  if (is_other || splicer_.has_stand_in() != cover_.has_stand_in) note_cover(hole);
}

// The one that outputs begin with: of a picture and its sound the picture.
bool Relay::State::is_leading(const splice::StreamName& stream) const {
  const auto& tracks = splicer_.programme().tracks();
  const bool has_picture = std::ranges::any_of(
      tracks, [](const splice::Track& each) { return each.kind() == splice::Kind::video; });
  return stream.order == 0 && (stream.kind == splice::Kind::video || !has_picture);
}

void Relay::State::note_picture() {
  if (!reports_.on_picture) return;
  const splice::Programme& programme = splicer_.programme();
  const auto& tracks = programme.tracks();
  const auto first = std::ranges::find(tracks, splice::Kind::video, &splice::Track::kind);
  if (first == tracks.end() || !first->parameters || first->cover.picture_bytes() == 0) return;
  const auto* video = std::get_if<splice::VideoParameters>(&*first->parameters);
  if (video == nullptr) return;
  const auto place = static_cast<std::size_t>(first - tracks.begin());
  const RelayPicture present{.codec = programme.layout().streams[place].codec,
                             .parameters = *video,
                             .key_frame_bytes = first->cover.picture_bytes()};
  if (picture_ && picture_->is_alike(present)) return;
  picture_ = present;
  reports_.on_picture(present);
}

// What is told is the change for the outputs as a whole: of a picture and its sound that go over
// one after the other, the later.
void Relay::State::note_cover(monitor::Duration hole) {
  RelayCover present;
  for (const splice::StreamName& stream : splicer_.covered()) {
    (stream.kind == splice::Kind::video ? present.picture : present.sound) = true;
    present.is_whole = splicer_.covers_all();
    present.by_slate = splicer_.shows_slate();
  }
  present.has_stand_in = splicer_.has_stand_in();
  const RelayCover before = std::exchange(cover_, present);
  const bool is_back = before.any() && !present.any();
  const bool is_next = !before.any() && !present.any() && has_been_on_ && hole > shortest_hole;
  has_been_on_ = true;
  if (present != before && reports_.on_cover) reports_.on_cover(present);
  const bool begins = present.any() && !before.any();
  if ((begins || is_back || is_next) && reports_.on_switch) {
    reports_.on_switch({.to_cover = begins, .hole = begins || is_next ? hole : 0s});
  }
}

}  // namespace supervisor
