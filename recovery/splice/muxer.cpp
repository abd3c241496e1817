#include "recovery/splice/muxer.hpp"

#include <algorithm>

#include "recovery/splice/layout.hpp"
#include "recovery/splice/pes.hpp"
#include "recovery/splice/section.hpp"

namespace recovery::splice {

namespace {

constexpr std::uint16_t pmt_pid = 0x1000;
constexpr std::size_t packet_head = 4;
constexpr std::size_t packet_room = packet_size - packet_head;
constexpr std::size_t pcr_size = 6;

using PacketSpace = std::span<std::uint8_t, packet_size>;

void write_head(PacketSpace packet, std::uint16_t pid, bool starts_unit, bool has_adaptation,
                std::uint8_t continuity, bool has_payload = true) {
  packet[0] = sync_byte;
  packet[1] = static_cast<std::uint8_t>((starts_unit ? 0x40U : 0U) | pid >> 8U);
  packet[2] = static_cast<std::uint8_t>(pid);
  packet[3] = static_cast<std::uint8_t>((has_adaptation ? 0x20U : 0U) | (has_payload ? 0x10U : 0U) |
                                        continuity);
}

void write_pcr(std::uint8_t* bytes, Ticks pcr) {
  const std::uint64_t base = wrapped(pcr);
  bytes[0] = static_cast<std::uint8_t>(base >> 25U);
  bytes[1] = static_cast<std::uint8_t>(base >> 17U);
  bytes[2] = static_cast<std::uint8_t>(base >> 9U);
  bytes[3] = static_cast<std::uint8_t>(base >> 1U);
  bytes[4] = static_cast<std::uint8_t>((base & 1U) << 7U | 0x7eU);
  bytes[5] = 0;
}

void append16(std::vector<std::uint8_t>& bytes, std::size_t value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

std::vector<std::uint8_t> begin_section(std::uint8_t table, std::uint8_t version) {
  return {table, 0, 0, 0, 1, static_cast<std::uint8_t>(0xc1U | version << 1U), 0, 0};
}

void end_section(std::vector<std::uint8_t>& section) {
  const std::size_t length = section.size() - 3 + 4;
  section[1] = static_cast<std::uint8_t>(0xb0U | length >> 8U);
  section[2] = static_cast<std::uint8_t>(length);
  const std::uint32_t crc = crc32_mpeg(section);
  append16(section, crc >> 16U);
  append16(section, crc & 0xffffU);
}

std::vector<std::uint8_t> make_pmt(const Program& layout, std::size_t pcr_track,
                                   std::uint8_t version) {
  auto section = begin_section(2, version);
  append16(section, 0xe000U | layout.streams[pcr_track].pid);
  append16(section, 0xf000U | layout.descriptors.size());
  section.insert(section.end(), layout.descriptors.begin(), layout.descriptors.end());
  for (const ProgramStream& each : layout.streams) {
    section.push_back(each.type);
    append16(section, 0xe000U | each.pid);
    append16(section, 0xf000U | each.descriptors.size());
    section.insert(section.end(), each.descriptors.begin(), each.descriptors.end());
  }
  end_section(section);
  return section;
}

}  // namespace

void Muxer::set_layout(const Program& layout, OutputQueues& queues) {
  for (std::size_t i = 0; i < pids_.size(); ++i) {
    by_pid_[pids_[i] - first_pid] = continuity_[first_track + i];
  }
  pids_.clear();
  for (const ProgramStream& each : layout.streams) {
    continuity_[first_track + pids_.size()] = by_pid_[each.pid - first_pid];
    pids_.push_back(each.pid);
  }
  pcr_track_ = entry_stream(layout).value_or(0);
  version_ = (version_ + 1U) & 31U;
  pat_ = begin_section(0, 0);
  append16(pat_, 1);
  append16(pat_, 0xe000U | pmt_pid);
  end_section(pat_);
  pmt_ = make_pmt(layout, pcr_track_, version_);
  tables_written_.reset();
  std::vector<std::uint16_t> pids = {pat_pid, pmt_pid};
  pids.insert(pids.end(), pids_.begin(), pids_.end());
  queues.begin_epoch(std::move(pids));
}

bool Muxer::write(const Frame& frame, Ticks earliest, Instant now, OutputQueues& queues) {
  const Ticks target = std::max(earliest - reserve, pcr_.value_or(earliest - reserve));
  const Ticks hole = pcr_ ? target - *pcr_ : 0;
  const std::size_t packets = packets_at_most(frame.payload.size(), hole);
  if (!queues.begin_chunk(packets, frame.is_entry, continuity_, now)) return false;
  if (frame.is_entry) tables_written_.reset();
  count_up_to(target, queues);
  write_tables(target, now, queues);
  const bool with_pcr = frame.track == pcr_track_ && (!pcr_ || target > *pcr_);
  if (with_pcr || !pcr_) pcr_ = target;
  write_pes(frame, with_pcr, queues);
  queues.end_chunk();
  return true;
}

// No two PCRs may lie further apart, and PAT and PMT come as often.
void Muxer::count_up_to(Ticks target, OutputQueues& queues) {
  if (!pcr_) return;
  if (target - *pcr_ > filled_hole) {
    pcr_ = target;
    write_pcr_alone(queues);
    return;
  }
  while (target - *pcr_ > repeat_every) {
    *pcr_ += repeat_every;
    write_section(pat_index, pat_pid, pat_, queues);
    write_section(pmt_index, pmt_pid, pmt_, queues);
    write_pcr_alone(queues);
    tables_at_ = *pcr_;
  }
}

void Muxer::write_tables(Ticks target, Instant now, OutputQueues& queues) {
  const bool are_due = !tables_written_ || target - tables_at_ >= repeat_every ||
                       now - *tables_written_ >= to_duration(repeat_every);
  if (!are_due) return;
  write_section(pat_index, pat_pid, pat_, queues);
  write_section(pmt_index, pmt_pid, pmt_, queues);
  tables_at_ = target;
  tables_written_ = now;
}

void Muxer::write_section(std::size_t index, std::uint16_t pid, Bytes section,
                          OutputQueues& queues) {
  for (bool is_first = true; !section.empty(); is_first = false) {
    const PacketSpace packet = queues.append();
    write_head(packet, pid, is_first, false, next_continuity(index));
    std::size_t at = packet_head;
    if (is_first) packet[at++] = 0;  // the pointer
    const std::size_t taken = std::min(section.size(), packet_size - at);
    std::copy_n(section.begin(), taken, packet.begin() + static_cast<std::ptrdiff_t>(at));
    std::fill(packet.begin() + static_cast<std::ptrdiff_t>(at + taken), packet.end(), 0xff);
    section = section.subspan(taken);
  }
}

void Muxer::write_pcr_alone(OutputQueues& queues) {
  const PacketSpace packet = queues.append();
  const std::size_t index = first_track + pcr_track_;
  write_head(packet, pids_[pcr_track_], false, true, (continuity_[index] + 15U) & 0x0fU, false);
  packet[4] = packet_room - 1;
  packet[5] = 0x10;
  write_pcr(packet.data() + 6, *pcr_);
  std::fill(packet.begin() + 6 + pcr_size, packet.end(), 0xff);
}

void Muxer::write_pes(const Frame& frame, bool with_pcr, OutputQueues& queues) {
  const PesHeadBytes head =
      write_pes_head(frame.stream_id, frame.pts, frame.dts, frame.payload.size());
  Bytes head_rest = Bytes(head.bytes).first(head.size);
  Bytes rest = frame.payload;
  for (bool is_first = true; !head_rest.empty() || !rest.empty(); is_first = false) {
    const PacketSpace packet = queues.append();
    const bool has_pcr = is_first && with_pcr;
    const bool marks_key = is_first && frame.is_key;
    std::size_t adaptation = has_pcr ? 2 + pcr_size : marks_key ? 2 : 0;
    const std::size_t left = head_rest.size() + rest.size();
    const std::size_t stuffing =
        packet_room - adaptation - std::min(packet_room - adaptation, left);
    adaptation += stuffing;
    write_head(packet, pids_[frame.track], is_first, adaptation > 0,
               next_continuity(first_track + frame.track));
    std::uint8_t* at = packet.data() + packet_head;
    if (adaptation > 0) {
      std::fill_n(at, adaptation, 0xff);
      at[0] = static_cast<std::uint8_t>(adaptation - 1);
      if (adaptation > 1) at[1] = (has_pcr ? 0x10U : 0U) | (marks_key ? 0x40U : 0U);
      if (has_pcr) write_pcr(at + 2, *pcr_);
      at += adaptation;
    }
    std::size_t room = packet_room - adaptation;
    for (Bytes* const each : {&head_rest, &rest}) {
      const std::size_t taken = std::min(room, each->size());
      at = std::copy_n(each->begin(), taken, at);
      *each = each->subspan(taken);
      room -= taken;
    }
  }
}

bool Muxer::takes(std::size_t payload_bytes, const OutputQueues& queues) const {
  return packets_at_most(payload_bytes, filled_hole) <= queues.packet_limit();
}

std::size_t Muxer::packets_at_most(std::size_t payload_bytes, Ticks hole) const {
  const std::size_t tables = 1 + pmt_.size() / packet_room + 1;
  const auto repeats =
      static_cast<std::size_t>(std::clamp<Ticks>(hole, 0, filled_hole) / repeat_every) + 1;
  const std::size_t heads = 19 + 2 + pcr_size;
  return repeats * (tables + 1) + tables + (payload_bytes + heads) / packet_room + 1;
}

std::uint8_t Muxer::next_continuity(std::size_t index) {
  std::uint8_t& next = continuity_[index];
  const std::uint8_t current = next;
  next = (next + 1U) & 0x0fU;
  return current;
}

}  // namespace recovery::splice
