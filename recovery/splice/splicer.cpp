#include "recovery/splice/splicer.hpp"

#include <algorithm>
#include <utility>

namespace recovery::splice {

namespace {

// What stands in makes way at once: nothing of it may lie far ahead.
constexpr Duration stand_in_lead = std::chrono::milliseconds(100);
// What comes back in one go is not read past the time at which it can be taken. Less would keep the
// key frame away that FFmpeg has written behind the sound of the same time.
constexpr Duration waiting_lead = std::chrono::seconds(2);
// Until some of what is held for its time is due.
constexpr Duration early_wait = std::chrono::milliseconds(100);

}  // namespace

Splicer::Splicer(const Options& options, Instant now)
    : options_(options), clock_(now, options.origin), programme_(options.queue, clock_) {
}

SourceId Splicer::add(Role role) {
  const SourceId id{next_source_++};
  sources_.push_back(std::make_unique<Source>(id, role));
  return id;
}

void Splicer::drop(SourceId source) {
  for (Track& each : programme_.tracks()) {
    if (each.source == source) release(each);
  }
  if (selected_ == source) selected_.reset();
  std::erase_if(sources_, [source](const auto& each) { return each->id() == source; });
}

void Splicer::select(SourceId source) {
  selected_ = source;
}

Splicer::Events Splicer::feed(SourceId source, Bytes bytes, Instant now) {
  begin_call();
  Source* const fed = source_of(source);
  if (fed == nullptr || fed->has_ended()) return events_;
  const std::uint64_t program = fed->program_number();
  while (const auto frame = fed->next(bytes, now, clock_)) {
    announce(*fed, *frame);
    take(*fed, *frame, now);
  }
  if (fed->program_number() != program) {
    events_.push_back(
        ProgramChanged{source, fed->program().streams.size(), fed->program().left_out});
  }
  finish_call(now);
  return events_;
}

void Splicer::retire(SourceId source) {
  Source* const retiring = source_of(source);
  if (retiring == nullptr) return;
  retiring->is_retiring = true;
  if (!stands_in(*retiring)) return;
  for (Track& each : programme_.tracks()) {
    if (each.source == source) release(each);
  }
}

bool Splicer::stands_in(const Source& source) const {
  return source.role() == Role::cover && selected_ != source.id();
}

Splicer::Events Splicer::end(SourceId source, Instant now) {
  begin_call();
  Source* const ended = source_of(source);
  if (ended == nullptr || ended->has_ended()) return events_;
  while (const auto frame = ended->finish(clock_)) take(*ended, *frame, now);
  finish_call(now);
  return events_;
}

Instant Splicer::read_after(SourceId source, Instant now) const {
  const Duration ahead = lead(source, now);
  const Source* const read = find(source);
  const Duration limit = read == nullptr ? options_.lead_limit : lead_limit(*read);
  if (ahead > limit) return now + (ahead - limit);
  return programme_.early_bytes() > options_.early_bytes ? now + early_wait : now;
}

Duration Splicer::lead_limit(const Source& source) const {
  if (stands_in(source)) return stand_in_lead;
  const bool waits = programme_.has_begun() && !is_on_air(source);
  return waits ? std::min(waiting_lead, options_.lead_limit) : options_.lead_limit;
}

Duration Splicer::lead(SourceId source, Instant now) const {
  const Source* const read = find(source);
  return read == nullptr ? Duration::zero() : to_duration(read->lead(now, clock_));
}

const Source* Splicer::find(SourceId source) const {
  const auto is_it = [source](const auto& each) { return each->id() == source; };
  const auto found = std::find_if(sources_.begin(), sources_.end(), is_it);
  return found == sources_.end() ? nullptr : found->get();
}

Source* Splicer::source_of(SourceId source) {
  return const_cast<Source*>(std::as_const(*this).find(source));
}

void Splicer::stop_pacing(Instant now) {
  programme_.stop_pacing(now);
}

Splicer::Events Splicer::tick(Instant now) {
  begin_call();
  for (const auto& each : sources_) check_silence(*each, now);
  cover(now);
  if (parameters_due_ && now >= *parameters_due_) {
    parameters_due_.reset();
    events_.push_back(ParametersKnown{false});
  }
  programme_.queues().forget_old(now);
  finish_call(now);
  return events_;
}

Instant Splicer::next_deadline() const {
  Instant deadline = std::min(parameters_due_.value_or(monitor::never), programme_.next_due());
  for (const auto& each : sources_) {
    for (std::size_t i = 0; i < each->streams().size(); ++i) {
      deadline = std::min(deadline, silence_deadline(*each, i));
    }
  }
  for (const Track& each : programme_.tracks()) deadline = std::min(deadline, cover_deadline(each));
  return deadline;
}

SplicerCounts Splicer::counts() const {
  SplicerCounts counts = counts_;
  counts.frames = programme_.frames();
  counts.late_frames = programme_.late_frames();
  return counts;
}

void Splicer::begin_call() {
  events_.clear();
}

void Splicer::finish_call(Instant now) {
  programme_.give_due(now);
  if (parameters_due_ && now < *parameters_due_ && programme_.knows_parameters()) {
    parameters_due_.reset();
    events_.push_back(ParametersKnown{true});
  }
  for (const OutputId each : programme_.queues().take_full()) {
    events_.push_back(OutputFellBehind{each});
  }
}

void Splicer::announce(Source& source, const SourceFrame& frame) {
  SourceStream& stream = source.streams()[frame.stream];
  const StreamName name{frame.kind, order_of(source.program(), frame.stream)};
  if (std::exchange(stream.is_silent, false)) events_.push_back(StreamBack{source.id(), name});
  if (!std::exchange(source.has_shown_frame, true)) events_.push_back(FirstFrame{source.id()});
  if (source.is_entry(frame) && !std::exchange(source.has_shown_key, true)) {
    events_.push_back(FirstKeyFrame{source.id()});
  }
}

void Splicer::check_silence(Source& source, Instant now) {
  for (std::size_t i = 0; i < source.streams().size(); ++i) {
    if (silence_deadline(source, i) > now) continue;
    source.streams()[i].is_silent = true;
    const Kind kind = source.program().streams[i].kind;
    events_.push_back(StreamSilent{source.id(), {kind, order_of(source.program(), i)}});
  }
}

// Said once; not of data, which comes when it has something to say.
Instant Splicer::silence_deadline(const Source& source, std::size_t stream) const {
  const SourceStream& state = source.streams()[stream];
  const bool is_data = source.program().streams[stream].kind == Kind::data;
  if (is_data || state.frames == 0 || state.is_silent || source.has_ended()) return monitor::never;
  return source.lasts_until(stream, clock_) + options_.silent_after;
}

}  // namespace recovery::splice
