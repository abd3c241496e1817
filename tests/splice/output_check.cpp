#include "tests/splice/output_check.hpp"

#include <algorithm>

namespace recovery::splice::test {

namespace {

std::uint64_t read_stamp(const std::uint8_t* p) {
  return (static_cast<std::uint64_t>(p[0]) >> 1U & 7U) << 30U |
         static_cast<std::uint64_t>(p[1]) << 22U | (static_cast<std::uint64_t>(p[2]) >> 1U) << 15U |
         static_cast<std::uint64_t>(p[3]) << 7U | static_cast<std::uint64_t>(p[4]) >> 1U;
}

constexpr Ticks hundred_ms = 9000;
constexpr Ticks long_hole = 10 * ticks_per_second;

}  // namespace

void OutputCheck::feed(std::span<const std::uint8_t> bytes) {
  partial_.insert(partial_.end(), bytes.begin(), bytes.end());
  std::size_t at = 0;
  for (; partial_.size() - at >= 188; at += 188) {
    packet(std::span<const std::uint8_t>(partial_).subspan(at, 188));
  }
  partial_.erase(partial_.begin(), partial_.begin() + static_cast<std::ptrdiff_t>(at));
}

void OutputCheck::finish() {
  if (!partial_.empty()) fault("ends inside a packet");
  for (auto& [pid, stream] : streams_) {
    if (stream.is_open) close(pid, stream);
  }
}

std::vector<SeenFrame> OutputCheck::of(std::uint16_t pid) const {
  std::vector<SeenFrame> found;
  std::copy_if(frames.begin(), frames.end(), std::back_inserter(found),
               [pid](const SeenFrame& each) { return each.pid == pid; });
  return found;
}

void OutputCheck::fault(const std::string& what) {
  if (faults.size() < 100) faults.push_back("packet " + std::to_string(packets_) + ": " + what);
}

Ticks OutputCheck::widen(std::uint64_t stamp) {
  near_ = unwrapped(stamp, near_.value_or(static_cast<Ticks>(stamp)));
  return *near_;
}

void OutputCheck::packet(std::span<const std::uint8_t> packet) {
  ++packets_;
  if (packet[0] != 0x47) return fault("does not begin with 0x47");
  const auto pid = static_cast<std::uint16_t>((packet[1] & 0x1fU) << 8U | packet[2]);
  const bool starts = (packet[1] & 0x40U) != 0;
  const bool has_adaptation = (packet[3] & 0x20U) != 0;
  const bool has_payload = (packet[3] & 0x10U) != 0;
  const unsigned continuity = packet[3] & 0x0fU;
  if ((packet[1] & 0x80U) != 0 || (packet[3] & 0xc0U) != 0) fault("marked damaged or encrypted");
  std::size_t head = 4;
  bool may_jump = false;
  Stream& stream = streams_[pid];
  if (has_adaptation) {
    head += 1U + packet[4];
    if (head > 188 || (has_payload && head == 188)) return fault("adaptation field too long");
    if (packet[4] > 0) {
      may_jump = (packet[5] & 0x80U) != 0;
      if (may_jump && !allows_jumps) fault("discontinuity flag");
      adaptation(pid, packet.subspan(5, packet[4]));
    }
  }
  const unsigned expected =
      (stream.continuity.value_or(continuity - 1U) + (has_payload ? 1U : 0U)) & 0x0fU;
  const bool is_known_before = stream.continuity.has_value();
  if (is_known_before && expected != continuity && !may_jump) {
    fault("continuity of PID " + std::to_string(pid) + " is " + std::to_string(continuity) +
          ", expected " + std::to_string(expected));
  }
  stream.continuity = continuity;
  if (!has_payload) return;
  const auto payload = packet.subspan(head);
  if (pid == 0) {
    has_pat_ = true;
    if (pcr_) {
      if (tables_pcr_ && !allows_jumps && *pcr_ - *tables_pcr_ > hundred_ms * 2 &&
          *pcr_ - *tables_pcr_ < long_hole)
        fault("PAT late");
      tables_pcr_ = *pcr_;
    }
    return;
  }
  if (pid == 0x1000) {
    if (starts && payload.size() > 20) {
      const std::size_t length = (payload[2] & 0x0fU) << 8U | payload[3];
      const std::size_t about = (payload[11] & 0x0fU) << 8U | payload[12];
      std::size_t at = 13 + about;
      while (at + 5 <= std::min(payload.size(), length)) {
        known_[static_cast<std::uint16_t>((payload[at + 1] & 0x1fU) << 8U | payload[at + 2])] =
            payload[at];
        at += 5U + ((payload[at + 3] & 0x0fU) << 8U | payload[at + 4]);
      }
    }
    return;
  }
  if (!has_pat_) fault("media before PAT");
  if (known_.empty()) fault("media before PMT");
  if (starts) {
    if (stream.is_open) close(pid, stream);
    stream.is_open = true;
    stream.is_marked = has_adaptation && packet[4] > 0 && (packet[5] & 0x40U) != 0;
    stream.pes.clear();
  } else if (!stream.is_open) {
    fault("PES goes on that has not begun");
  }
  stream.pcr = pcr_;
  stream.pes.insert(stream.pes.end(), payload.begin(), payload.end());
  if (stream.pes.size() >= 6) {
    const std::size_t length = static_cast<std::size_t>(stream.pes[4]) << 8U | stream.pes[5];
    if (length > 0 && stream.pes.size() > length + 6) fault("PES longer than it says");
    if (length > 0 && stream.pes.size() == length + 6) close(pid, stream);
  }
}

void OutputCheck::adaptation(std::uint16_t, std::span<const std::uint8_t> field) {
  if ((field[0] & 0x10U) == 0) return;
  if (field.size() < 7) return fault("PCR cut off");
  const std::uint64_t base = static_cast<std::uint64_t>(field[1]) << 25U |
                             static_cast<std::uint64_t>(field[2]) << 17U |
                             static_cast<std::uint64_t>(field[3]) << 9U |
                             static_cast<std::uint64_t>(field[4]) << 1U | field[5] >> 7U;
  const Ticks pcr = widen(base);
  if (pcr_ && pcr <= *pcr_) fault("PCR does not rise");
  if (pcr_ && pcr - *pcr_ > hundred_ms && pcr - *pcr_ < long_hole && !allows_jumps) {
    fault("PCR after " + std::to_string(pcr - *pcr_) + " ticks");
  }
  pcr_ = pcr;
}

void OutputCheck::close(std::uint16_t pid, Stream& stream) {
  stream.is_open = false;
  const auto& pes = stream.pes;
  if (pes.size() < 9 || pes[0] != 0 || pes[1] != 0 || pes[2] != 1) return fault("no PES head");
  const std::size_t length = static_cast<std::size_t>(pes[4]) << 8U | pes[5];
  if (length > 0 && pes.size() < length + 6) fault("PES torn");
  const unsigned stamps = pes[7] >> 6U;
  if (stamps < 2) return fault("PES without PTS");
  SeenFrame frame;
  frame.pid = pid;
  frame.is_marked = stream.is_marked;
  frame.pts = widen(read_stamp(pes.data() + 9));
  frame.dts = stamps == 3 ? widen(read_stamp(pes.data() + 14)) : frame.pts;
  if (frame.pts < frame.dts) fault("PTS before DTS");
  if (stream.dts && frame.dts <= *stream.dts) {
    fault("DTS of PID " + std::to_string(pid) + " does not rise: " + std::to_string(*stream.dts) +
          " to " + std::to_string(frame.dts));
  }
  stream.dts = frame.dts;
  if (stream.pcr && frame.dts < *stream.pcr) fault("DTS before PCR");
  if (keeps_frames) {
    frame.payload.assign(pes.begin() + 9 + pes[8], pes.end());
    frames.push_back(std::move(frame));
  }
}

}  // namespace recovery::splice::test
