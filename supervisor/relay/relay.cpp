#include "supervisor/relay/relay.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <variant>

#include <boost/asio/steady_timer.hpp>

#include "monitor/time.hpp"
#include "supervisor/relay/relay_output.hpp"

namespace supervisor {

namespace {

namespace asio = boost::asio;
namespace splice = recovery::splice;
using boost::system::error_code;
using monitor::Instant;
using namespace std::chrono_literals;

constexpr std::size_t chunk_bytes = 64 * 1024;  // one read at most; a pipe's usual size
constexpr std::size_t small_chunk = 4 * 1024;   // … of an encoder that is ahead of its time
constexpr monitor::Duration ahead_from = 1s;
constexpr std::size_t rest_bytes = 1024 * 1024;  // of an encoder that is gone; a pipe's most
constexpr monitor::Duration idle_after = 1s;     // without a frame, past the end of the media
constexpr monitor::Duration counts_interval = 250ms;
constexpr monitor::Duration counts_wait = 750ms;  // more, for a wake-up that has other work too

Instant now() {
  return std::chrono::steady_clock::now();
}

}  // namespace

struct Relay::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor executor, const splice::Options& options, Reports reports)
      : executor_(std::move(executor)),
        reports_(std::move(reports)),
        splicer_(options, now()),
        input_(executor_),
        timer_(executor_) {}

  void begin_encoder(Descriptor read);
  void attach(OutputNumber number, Descriptor write, const splice::QueueLimits& limits);
  void limit(OutputNumber number, const splice::QueueLimits& limits);
  void detach(OutputNumber number);
  void finish();
  void close();

 private:
  void await_input();
  void read_input();
  void read_rest();
  void end_input();
  void take(splice::Splicer::Events events);
  void note_media();
  void set_idle(bool is_idle);
  void pump_all();
  void pump(RelayOutput& output);
  void await_room(RelayOutput& output);
  RelayOutput* find(splice::OutputId id);
  RelayOutput* find(OutputNumber number);
  void drop(splice::OutputId id);
  void check_finished();
  void arm();
  void on_timer();
  void report_counts();

  asio::any_io_executor executor_;
  Reports reports_;
  splice::Splicer splicer_;
  asio::posix::stream_descriptor input_;
  std::optional<splice::SourceId> source_;
  std::vector<std::unique_ptr<RelayOutput>> outputs_;
  asio::steady_timer timer_;
  Instant armed_for_ = monitor::never;
  Instant read_again_at_ = Instant::min();  // the encoder is ahead of its time until then
  std::size_t chunk_ = small_chunk;         // the next read's
  std::uint64_t frames_ = 0;                // that the outputs were given so far
  Instant lasts_until_ = Instant::min();    // what they were given
  Instant counts_at_ = monitor::never;      // while something moves
  std::vector<RelayCounts> past_counts_;    // of pipes before the present ones, by output
  std::uint64_t reported_bytes_ = 0;
  bool is_idle_ = true;
  bool awaits_input_ = false;
  bool is_finishing_ = false;
  bool has_finished_ = false;
};

// ------------------------------------------------------------------------------- the encoder

void Relay::State::begin_encoder(Descriptor read) {
  read_rest();
  end_input();
  error_code error;
  input_.assign(read.get(), error);
  if (error) return;
  read.release();
  input_.native_non_blocking(true, error);
  source_ = splicer_.add(splice::Role::encoder);
  splicer_.select(*source_);
  read_again_at_ = Instant::min();
  chunk_ = small_chunk;
  await_input();
}

void Relay::State::await_input() {
  if (awaits_input_ || !input_.is_open() || now() < read_again_at_) return;
  awaits_input_ = true;
  input_.async_wait(
      asio::posix::descriptor_base::wait_read,
      [weak = weak_from_this(), fd = input_.native_handle()](const error_code& error) {
        const auto self = weak.lock();
        if (!self || error) return;
        self->awaits_input_ = false;
        if (self->input_.is_open() && self->input_.native_handle() == fd) {
          self->read_input();
        }
        self->await_input();
      });
}

// One chunk for each round: a flood delays neither the outputs nor other streams. Of sound a large
// chunk is many seconds: where an encoder is paced, small ones let the outputs have it steadily.
void Relay::State::read_input() {
  std::array<std::uint8_t, chunk_bytes> buffer;
  const ssize_t count = ::read(input_.native_handle(), buffer.data(), chunk_);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    end_input();
    check_finished();
    return arm();
  }
  const Instant at = now();
  take(splicer_.feed(*source_, {buffer.data(), static_cast<std::size_t>(count)}, at));
  read_again_at_ = splicer_.read_after(*source_, at);
  const bool is_ahead = splicer_.lead(*source_, at) > ahead_from;
  chunk_ = is_ahead ? small_chunk : std::min(2 * chunk_, chunk_bytes);
  note_media();
  pump_all();
  if (at >= counts_at_) report_counts();
  arm();
}

void Relay::State::read_rest() {
  std::array<std::uint8_t, chunk_bytes> buffer;
  for (std::size_t total = 0; input_.is_open() && total < rest_bytes;) {
    const ssize_t count = ::read(input_.native_handle(), buffer.data(), buffer.size());
    if (count <= 0) return;
    total += static_cast<std::size_t>(count);
    take(splicer_.feed(*source_, {buffer.data(), static_cast<std::size_t>(count)}, now()));
  }
}

void Relay::State::end_input() {
  if (!source_) return;
  take(splicer_.end(*source_, now()));
  splicer_.drop(*source_);
  source_.reset();
  error_code ignored;
  input_.close(ignored);
  awaits_input_ = false;
  pump_all();
  set_idle(true);
}

// Bytes that hold no frame, or none that a player could show, are nothing. What came in a burst
// lasts until the wall has reached its end.
void Relay::State::note_media() {
  const std::uint64_t frames = splicer_.counts().frames;
  if (std::exchange(frames_, frames) == frames) return;
  const Instant at = now();
  lasts_until_ = at + std::max(splicer_.lead(*source_, at), monitor::Duration::zero());
  if (counts_at_ == monitor::never) counts_at_ = at + counts_interval;
  set_idle(false);
}

void Relay::State::set_idle(bool is_idle) {
  if (std::exchange(is_idle_, is_idle) == is_idle) return;
  if (reports_.on_idle) reports_.on_idle(is_idle);
}

void Relay::State::take(splice::Splicer::Events events) {
  for (const splice::Event& event : events) {
    if (const auto* known = std::get_if<splice::ParametersKnown>(&event)) {
      if (reports_.on_parameters_known) reports_.on_parameters_known(known->is_complete);
    } else if (std::holds_alternative<splice::ReconnectNeeded>(event)) {
      if (reports_.on_reconnect_needed) reports_.on_reconnect_needed();
    } else if (const auto* behind = std::get_if<splice::OutputFellBehind>(&event)) {
      const RelayOutput* output = find(behind->output);
      if (output && reports_.on_fell_behind) reports_.on_fell_behind(output->number());
    }
  }
}

// ------------------------------------------------------------------------------- the outputs

void Relay::State::attach(OutputNumber number, Descriptor write,
                          const splice::QueueLimits& limits) {
  detach(number);
  auto output = std::make_unique<RelayOutput>(executor_, number, splicer_.attach(limits));
  if (!output->open(std::move(write))) return splicer_.detach(output->id());
  outputs_.push_back(std::move(output));
  pump(*outputs_.back());
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

void Relay::State::finish() {
  is_finishing_ = true;
  check_finished();
}

void Relay::State::check_finished() {
  if (!is_finishing_ || has_finished_ || source_) return;
  std::vector<splice::OutputId> done;
  for (const auto& output : outputs_) {
    if (splicer_.state(output->id()).queued_bytes == 0) done.push_back(output->id());
  }
  for (const splice::OutputId id : done) drop(id);
  if (!outputs_.empty()) return;
  has_finished_ = true;
  report_counts();
  if (reports_.on_finished) reports_.on_finished();
}

// ------------------------------------------------------------------------------- time

void Relay::State::arm() {
  Instant due = splicer_.next_deadline();
  if (counts_at_ != monitor::never) due = std::min(due, counts_at_ + counts_wait);
  if (!is_idle_) due = std::min(due, lasts_until_ + idle_after);
  if (source_ && read_again_at_ > now()) due = std::min(due, read_again_at_);
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
  if (!is_idle_ && at >= lasts_until_ + idle_after) set_idle(true);
  if (at >= counts_at_) report_counts();
  pump_all();
  await_input();
  arm();
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
  input_.close(ignored);
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

void Relay::finish() {
  state_->finish();
}

}  // namespace supervisor
