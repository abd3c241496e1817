#include "recovery/splice/demuxer.hpp"

#include <algorithm>
#include <utility>

namespace recovery::splice {

namespace {

constexpr std::size_t longest_with_length = 0xffff;  // bytes that the head of a PES can count
constexpr std::size_t data_pes_limit = 1 << 17;      // bytes; 64 KiB and a head
constexpr std::size_t small_buffer = 256 << 10;      // bytes; kept for the next PES

}  // namespace

std::optional<ReadPes> Demuxer::next(Bytes& bytes, Instant now) {
  if (whole_next_) {
    if (auto pes = complete(*std::exchange(whole_next_, {}))) return pes;
  }
  while (const auto packet = reader_.next(bytes)) {
    if (auto pes = take_packet(*packet, now)) return pes;
  }
  return {};
}

std::optional<ReadPes> Demuxer::finish() {
  for (std::size_t i = 0; i < assemblies_.size(); ++i) {
    Assembly& each = assemblies_[i];
    // Only its last packet is filled up, as far as FFmpeg writes it.
    const bool may_be_torn = !is_whole(each) && !each.is_stuffed;
    if (!each.is_inside || may_be_torn || whole_pes_size(each.filling)) continue;
    if (auto pes = complete(i)) return pes;
  }
  return {};
}

bool Demuxer::take_loss(std::size_t stream) {
  return std::exchange(assemblies_[stream].was_lost, false);
}

const DemuxerCounts& Demuxer::counts() const {
  counts_.skipped_bytes = reader_.skipped_bytes();
  return counts_;
}

std::optional<ReadPes> Demuxer::take_packet(PacketBytes bytes, Instant now) {
  const auto packet = read_packet(bytes);
  if (!packet) {
    ++counts_.bad_packets;
    return {};
  }
  if (packet->pid == pat_pid) {
    take_pat(*packet);
  } else if (packet->pid == pmt_pid_) {
    take_pmt(*packet);
  } else {
    for (std::size_t i = 0; i < program_.streams.size(); ++i) {
      if (program_.streams[i].pid == packet->pid) return take_media(i, *packet, now);
    }
  }
  return {};
}

void Demuxer::take_pat(const Packet& packet) {
  const auto section = pat_.feed(packet);
  const auto pid = section ? read_pat(*section) : std::nullopt;
  if (!pid || pid == pmt_pid_) return;
  pmt_pid_ = pid;
  pmt_ = {};
}

void Demuxer::take_pmt(const Packet& packet) {
  const auto section = pmt_.feed(packet);
  if (!section ||
      std::equal(section->begin(), section->end(), pmt_seen_.begin(), pmt_seen_.end())) {
    return;
  }
  pmt_seen_.assign(section->begin(), section->end());
  auto program = read_pmt(*section);
  if (program && *program != program_) take_program(std::move(*program));
}

// A stream that stays goes on in the middle of its PES.
void Demuxer::take_program(Program program) {
  std::vector<Assembly> assemblies(program.streams.size());
  for (std::size_t i = 0; i < assemblies.size(); ++i) {
    const auto old =
        std::find(program_.streams.begin(), program_.streams.end(), program.streams[i]);
    if (old == program_.streams.end()) continue;
    std::swap(assemblies[i], assemblies_[static_cast<std::size_t>(old - program_.streams.begin())]);
  }
  assemblies_ = std::move(assemblies);
  program_ = std::move(program);
  whole_next_.reset();
  ++counts_.program_changes;
}

std::optional<ReadPes> Demuxer::take_media(std::size_t stream, const Packet& packet, Instant now) {
  Assembly& assembly = assemblies_[stream];
  if (packet.is_scrambled) ++counts_.bad_packets;
  if (packet.payload.empty() || packet.is_scrambled || !follows(assembly, packet)) return {};
  assembly.last_packet = now;
  std::optional<ReadPes> pes;
  if (packet.starts_unit) {
    const bool has_no_length =
        assembly.filling.size() >= pes_length_offset && !whole_pes_size(assembly.filling);
    if (assembly.is_inside && has_no_length) {
      pes = complete(stream);
    } else if (assembly.is_inside) {
      lose(assembly);  // shorter than it said
    }
    assembly.is_inside = true;
    assembly.filling.clear();
    assembly.random_access = packet.random_access;
    assembly.arrival = now;
  }
  if (!assembly.is_inside) return pes;
  assembly.is_stuffed = packet.is_stuffed;
  append(assembly, program_.streams[stream].kind, packet.payload);
  if (!is_whole(assembly)) return pes;
  if (!pes) return complete(stream);
  whole_next_ = stream;
  return pes;
}

// Whether the packet comes next on its PID; what a gap tore is dropped.
bool Demuxer::follows(Assembly& assembly, const Packet& packet) {
  if (assembly.continuity == packet.continuity && !packet.discontinuity) {
    return false;  // sent twice
  }
  const bool is_next =
      !assembly.continuity || ((*assembly.continuity + 1U) & 0x0fU) == packet.continuity;
  assembly.continuity = packet.continuity;
  if (!is_next && assembly.is_inside) lose(assembly);
  return true;
}

void Demuxer::append(Assembly& assembly, Kind kind, Bytes payload) {
  auto& filling = assembly.filling;
  const std::size_t limit = kind == Kind::video ? pes_limit : data_pes_limit;
  const std::size_t size = filling.size() + payload.size();
  const bool grows = size > filling.capacity() && size > small_buffer;
  if (size > limit || (grows && held_bytes() > held_limit)) {
    lose(assembly);
    return;
  }
  filling.insert(filling.end(), payload.begin(), payload.end());
}

// FFmpeg fills up the last packet of a PES and no other: so ends one that is too long to say how
// long it is. To wait for the next would hold each great picture back until then.
bool Demuxer::is_whole(const Assembly& assembly) {
  if (assembly.filling.size() < pes_length_offset) return false;
  const auto whole = whole_pes_size(assembly.filling);
  if (whole) return assembly.filling.size() >= *whole;
  return assembly.is_stuffed && assembly.filling.size() > longest_with_length;
}

std::optional<ReadPes> Demuxer::complete(std::size_t stream) {
  Assembly& assembly = assemblies_[stream];
  std::swap(assembly.filling, assembly.done);
  assembly.filling.clear();
  if (assembly.filling.capacity() > small_buffer && held_bytes() > held_limit / 2) {
    std::vector<std::uint8_t>().swap(assembly.filling);
  }
  assembly.is_inside = false;
  Bytes whole = assembly.done;
  if (const auto size = whole.size() < pes_length_offset ? std::nullopt : whole_pes_size(whole)) {
    whole = whole.first(std::min(*size, whole.size()));
  }
  const auto head = read_pes_head(whole);
  if (!head) lose(assembly);
  if (!head || head->size == whole.size()) return {};
  return ReadPes{stream, *head, whole.subspan(head->size), assembly.random_access,
                 assembly.arrival};
}

void Demuxer::lose(Assembly& assembly) {
  assembly.is_inside = false;
  assembly.filling.clear();
  if (assembly.filling.capacity() > small_buffer)
    std::vector<std::uint8_t>().swap(assembly.filling);
  assembly.was_lost = true;
  ++counts_.dropped_pes;
}

std::size_t Demuxer::held_bytes() const {
  std::size_t sum = 0;
  for (const Assembly& each : assemblies_) sum += each.filling.capacity() + each.done.capacity();
  return sum;
}

}  // namespace recovery::splice
