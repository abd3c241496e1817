#include "recovery/splice/output_queues.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace recovery::splice {

void OutputQueues::begin_epoch(std::vector<std::uint16_t> pids) {
  pids_ = std::move(pids);
  newest_entry_.reset();
  for (Reader& each : readers_) {
    if (each.is_of_old_epoch) continue;
    const bool has_begun = each.has_read || !each.awaits_entry;
    if (!has_begun) continue;
    each.is_of_old_epoch = true;
    each.last_chunk = end_chunk_number();
    if (each.awaits_entry) each.chunk = each.last_chunk;
    each.awaits_entry = false;
  }
}

bool OutputQueues::begin_chunk(std::size_t packets_at_most, bool is_entry, const Continuity& before,
                               Instant now) {
  if (packets_at_most > ring_.limit()) return false;
  forget_old(now);
  while (ring_.size() + packets_at_most > ring_.limit()) drop_oldest();
  ring_.reserve(packets_at_most);
  chunks_.push_back({ring_.end(), ring_.end(), now, is_entry, before});
  return true;
}

void OutputQueues::end_chunk() {
  chunks_.back().last = ring_.end();
  const std::uint64_t added = end_chunk_number() - 1;
  const bool is_entry = chunks_.back().is_entry;
  if (is_entry) newest_entry_ = added;
  for (Reader& each : readers_) {
    if (!each.awaits_entry) continue;
    if (!is_entry) {
      if (each.has_read) each.counts.dropped_bytes += bytes_between(added, added + 1);
      continue;
    }
    each.awaits_entry = false;
    each.chunk = added;
    if (each.has_read) mark_jump(each, chunks_.back().before);
  }
  if (is_entry) release_read();
}

void OutputQueues::forget_old(Instant now) {
  while (!chunks_.empty() && now - chunks_.front().at > limits_.span) drop_oldest();
  hold_to_limits(now);
}

// A reader is held to its limits whenever something is added: it never has more than one frame
// beyond them.
void OutputQueues::hold_to_limits(Instant now) {
  bool any = false;
  for (Reader& each : readers_) {
    if (!exceeds_limits(each, now)) continue;
    fall_behind(each);
    any = true;
  }
  if (any) release_read();
}

bool OutputQueues::exceeds_limits(const Reader& reader, Instant now) const {
  const std::uint64_t end = readable_end(reader);
  if (reader.chunk >= end) return false;
  return now - chunk(reader.chunk).at > reader.limits.span ||
         bytes_between(reader.chunk, end) > reader.limits.bytes;
}

void OutputQueues::allow(const Limits& limits) {
  limits_ = {std::max(limits_.bytes, limits.bytes), std::max(limits_.span, limits.span)};
  ring_.raise_limit(limits_.bytes / packet_size);
}

void OutputQueues::limit(OutputId output, const Limits& limits) {
  Reader* const reader = find(output);
  if (reader == nullptr) return;
  allow(limits);
  reader->limits = limits;
}

OutputId OutputQueues::attach(const Limits& limits) {
  allow(limits);
  Reader reader;
  reader.id = OutputId{next_id_++};
  reader.limits = limits;
  reader.awaits_entry = !newest_entry_;
  reader.chunk = newest_entry_.value_or(end_chunk_number());
  readers_.push_back(std::move(reader));
  return readers_.back().id;
}

void OutputQueues::detach(OutputId output) {
  std::erase_if(readers_, [output](const Reader& each) { return each.id == output; });
}

std::size_t OutputQueues::gather(OutputId output, std::span<Bytes> pieces) const {
  const Reader* const reader = find(output);
  if (reader == nullptr) return 0;
  std::size_t count = 0;
  if (reader->ahead_offset < reader->ahead.size() && !pieces.empty()) {
    pieces[count++] = Bytes(reader->ahead).subspan(reader->ahead_offset);
  }
  const std::uint64_t end = readable_end(*reader);
  if (reader->chunk >= end) return count;
  std::size_t skipped = reader->offset;
  const std::uint64_t last = chunk(end - 1).last;
  for (std::uint64_t first = chunk(reader->chunk).first; first < last && count < pieces.size();) {
    const Bytes piece = ring_.piece(first, last);
    first += piece.size() / packet_size;
    const std::size_t cut = std::min(skipped, piece.size());
    skipped -= cut;
    if (cut < piece.size()) pieces[count++] = piece.subspan(cut);
  }
  return count;
}

void OutputQueues::written(OutputId output, std::size_t bytes) {
  Reader* const reader = find(output);
  if (reader == nullptr) return;
  reader->has_read = reader->has_read || bytes > 0;
  const std::size_t ahead = std::min(bytes, reader->ahead.size() - reader->ahead_offset);
  reader->ahead_offset += ahead;
  bytes -= ahead;
  if (reader->ahead_offset == reader->ahead.size()) {
    reader->ahead.clear();
    reader->ahead_offset = reader->marks_at = 0;
  }
  const std::uint64_t end = readable_end(*reader);
  for (bytes += reader->offset; reader->chunk < end; ++reader->chunk) {
    const std::size_t size = bytes_between(reader->chunk, reader->chunk + 1);
    if (bytes < size) break;
    bytes -= size;
  }
  reader->offset = bytes;
  if (reader->chunk == end) {
    reader->offset = 0;
    reader->is_behind = false;
  }
  release_read();
}

OutputState OutputQueues::state(OutputId output) const {
  const Reader* const reader = find(output);
  if (reader == nullptr) return {};
  OutputState state = reader->counts;
  const std::uint64_t end = readable_end(*reader);
  state.queued_bytes = reader->ahead.size() - reader->ahead_offset;
  if (reader->chunk < end) state.queued_bytes += bytes_between(reader->chunk, end) - reader->offset;
  state.awaits_key_frame = reader->awaits_entry;
  state.is_over = reader->is_of_old_epoch && state.queued_bytes == 0;
  return state;
}

std::vector<OutputId> OutputQueues::take_full() {
  return std::exchange(full_, {});
}

const OutputQueues::Reader* OutputQueues::find(OutputId output) const {
  const auto is_it = [output](const Reader& each) { return each.id == output; };
  const auto found = std::find_if(readers_.begin(), readers_.end(), is_it);
  return found == readers_.end() ? nullptr : &*found;
}

OutputQueues::Reader* OutputQueues::find(OutputId output) {
  return const_cast<Reader*>(std::as_const(*this).find(output));
}

std::uint64_t OutputQueues::readable_end(const Reader& reader) const {
  if (reader.is_of_old_epoch) return std::max(reader.last_chunk, reader.chunk);
  return reader.awaits_entry ? reader.chunk : end_chunk_number();
}

std::size_t OutputQueues::bytes_between(std::uint64_t first, std::uint64_t last) const {
  if (first >= last) return 0;
  return static_cast<std::size_t>(chunk(last - 1).last - chunk(first).first) * packet_size;
}

// Whoever has not read it falls behind.
void OutputQueues::drop_oldest() {
  const Chunk oldest = chunks_.front();
  for (Reader& each : readers_) {
    if (each.chunk == first_chunk_ && readable_end(each) != each.chunk) fall_behind(each);
  }
  chunks_.pop_front();
  ++first_chunk_;
  ring_.release_before(oldest.last);
  if (newest_entry_ && *newest_entry_ < first_chunk_) newest_entry_.reset();
}

// What all have read is of use only to who joins.
void OutputQueues::release_read() {
  if (!newest_entry_) return;
  std::uint64_t needed = *newest_entry_;
  for (const Reader& each : readers_) {
    if (readable_end(each) > each.chunk) needed = std::min(needed, each.chunk);
  }
  for (; first_chunk_ < needed && !chunks_.empty(); ++first_chunk_) {
    ring_.release_before(chunks_.front().last);
    chunks_.pop_front();
  }
}

// The frame that has begun is kept to its end; something that waits is dropped.
void OutputQueues::fall_behind(Reader& reader) {
  const std::uint64_t dropped = reader.chunk;
  if (reader.offset > 0) {
    const Chunk begun = chunk(reader.chunk);
    for (std::uint64_t at = begun.first; at < begun.last;) {
      Bytes piece = ring_.piece(at, begun.last);
      at += piece.size() / packet_size;
      const std::size_t cut = std::min(reader.offset, piece.size());
      reader.offset -= cut;
      reader.ahead.insert(reader.ahead.end(), piece.begin() + static_cast<std::ptrdiff_t>(cut),
                          piece.end());
    }
    reader.marks_at = reader.ahead.size();
    reader.offset = 0;
    ++reader.chunk;
  }
  jump(reader, dropped);
}

// To the newest key frame, else behind everything, where the next one is waited for.
void OutputQueues::jump(Reader& reader, std::uint64_t dropped) {
  const std::uint64_t end = readable_end(reader);
  std::uint64_t target = end;
  const bool can_go_on = !reader.is_of_old_epoch;
  if (can_go_on && newest_entry_ && *newest_entry_ > dropped && *newest_entry_ >= reader.chunk) {
    target = *newest_entry_;
  }
  reader.counts.dropped_bytes += bytes_between(reader.chunk, target);
  reader.chunk = target;
  reader.awaits_entry = can_go_on && target == end;
  if (!reader.is_behind) {
    ++reader.counts.times_full;
    full_.push_back(reader.id);
  }
  reader.is_behind = true;
  if (!reader.awaits_entry && can_go_on && reader.has_read) {
    mark_jump(reader, chunk(target).before);
  }
}

// For each PID a packet without payload that lets its continuity counter jump, so that the reader
// does not take the next frame for a damaged one.
void OutputQueues::mark_jump(Reader& reader, const Continuity& before) {
  if (reader.ahead_offset <= reader.marks_at) {
    reader.ahead.resize(reader.marks_at);  // marks of an earlier jump that were not read
  } else {
    reader.marks_at = reader.ahead.size();
  }
  for (std::size_t i = 0; i < pids_.size(); ++i) {
    const std::size_t at = reader.ahead.size();
    reader.ahead.resize(at + packet_size, 0xff);
    std::uint8_t* const packet = reader.ahead.data() + at;
    packet[0] = sync_byte;
    packet[1] = static_cast<std::uint8_t>(pids_[i] >> 8U);
    packet[2] = static_cast<std::uint8_t>(pids_[i]);
    packet[3] = static_cast<std::uint8_t>(0x20U | ((before[i] + 15U) & 0x0fU));
    packet[4] = packet_size - 5;
    packet[5] = 0x80;
  }
}

}  // namespace recovery::splice
