#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "recovery/splice/splicer.hpp"
#include "tests/splice/made_up_encoder.hpp"
#include "tests/splice/made_up_slate.hpp"
#include "tests/splice/output_check.hpp"

namespace recovery::splice::test {

// A play of faults with a splicer, written as bytes: sources of drawn kinds that are fed, damaged,
// stopped, ended and selected; outputs that read, hang and leave. What is read is held to the
// rules. The fuzzer draws the bytes, the property test a seed.
class Play {
 public:
  explicit Play(std::span<const std::uint8_t> script)
      : script_(script), splicer_(options(), now_) {}

  // The first rule that was broken; empty: none.
  std::string run() {
    attach();
    cover();
    add_source();
    add_source();
    while (fault_.empty() && at_ < script_.size()) act();
    read_all();
    return fault_;
  }
  std::uint64_t frames() const { return splicer_.counts().frames; }
  std::uint64_t switches() const { return switches_; }

 private:
  static constexpr std::size_t queue_bytes = 300 * packet_size;
  static constexpr std::size_t sources_limit = 4;

  struct Fed {
    SourceId id{};
    MadeUpEncoder encoder;
    Duration life{};
    bool is_stopped = false;
    bool has_ended = false;
  };

  std::uint8_t byte() { return at_ < script_.size() ? script_[at_++] : 0; }

  Options options() {
    Options options;
    options.queue = {queue_bytes, std::chrono::seconds(5)};
    const std::uint8_t kind = byte();
    if ((kind & 1U) != 0) options.origin = ticks_per_wrap - (kind >> 1U) * ticks_per_second / 8;
    return options;
  }

  void act() {
    const std::uint8_t what = byte();
    switch (what % 48) {
      case 0:
        add_source();
        break;
      case 1:
      case 12:
      case 13:
      case 14:
        if (Fed* const fed = drawn()) splicer_.select(fed->id);
        break;
      case 2:
        if (Fed* const fed = drawn()) fed->is_stopped = !fed->is_stopped;
        break;
      case 3:
        if (Fed* const fed = drawn()) end(*fed);
        break;
      case 4:
        if (Fed* const fed = drawn()) fed->encoder.jump((byte() - 128) * Ticks{90} << byte() % 24U);
        break;
      case 5:
        if (Fed* const fed = drawn()) feed_raw(*fed);
        break;
      case 6:
        damages_ = byte();
        break;
      case 7:
        reads_ = !reads_;
        break;
      case 8:
        attach();
        break;
      case 9:
        now_ += std::chrono::milliseconds(byte() * 100);
        break;
      case 10:
        if (Fed* const fed = drawn()) remove(*fed);
        break;
      case 11:
        if (Fed* const fed = drawn()) change(fed->encoder.setting());
        break;
      case 15:
        cover();
        break;
      default:
        pass(std::chrono::milliseconds(10 * (1 + byte() % 32)));
    }
    splicer_.tick(now_);
    if (splicer_.next_deadline() <= now_) fail("a deadline that has passed stays");
    if (reads_) read_all();
  }

  void cover() {
    const std::uint8_t kind = byte();
    CoverPolicy policy;
    policy.is_allowed = kind % 4 != 0;
    policy.after_pause = std::chrono::milliseconds(100 + 10 * (kind >> 2U));
    splicer_.allow_cover(policy);
    splicer_.set_slate((kind & 4U) != 0 ? slate_like({}) : nullptr);
  }

  void pass(Duration span) {
    now_ += span;
    for (Fed& each : fed_) {
      if (each.is_stopped || each.has_ended) continue;
      if (splicer_.read_after(each.id, now_) > now_ && !ignores_pace_) continue;
      each.life += span;
      feed(each, each.encoder.until(each.life));
    }
  }

  void feed(const Fed& fed, ByteVector bytes) {
    if (damages_ != 0 && !bytes.empty() && damages_ % 4 == 0) damage(bytes);
    for (const Event& each : splicer_.feed(fed.id, bytes, now_)) {
      if (std::holds_alternative<Switched>(each)) ++switches_;
    }
  }

  void damage(ByteVector& bytes) {
    const std::uint8_t how = byte();
    const std::size_t place = bytes.size() * byte() / 256;
    if (how % 3 == 0) bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(place), bytes.end());
    if (how % 3 == 1) bytes[place] ^= byte();
    if (how % 3 == 2)
      bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(place), byte() * 3U, byte());
  }

  // What the script itself says, as bytes, or as packets.
  void feed_raw(const Fed& fed) {
    ByteVector bytes;
    const bool as_packet = byte() % 2 == 0;
    const std::size_t size = byte();
    if (as_packet) bytes.push_back(sync_byte);
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(byte());
    if (as_packet) bytes.resize(packet_size, 0);
    splicer_.feed(fed.id, bytes, now_);
  }

  void add_source() {
    if (fed_.size() == sources_limit) return;
    EncoderSetting setting;
    setting.start = static_cast<Ticks>(byte()) << byte() % 34U;
    setting.picture_size = 40 + byte() * 8U;
    change(setting);
    const Role role = byte() % 4 == 0 ? Role::cover : Role::encoder;
    fed_.push_back({splicer_.add(role), MadeUpEncoder(setting)});
    if (fed_.size() == 1) splicer_.select(fed_[0].id);
  }

  void change(EncoderSetting& setting) {
    const std::uint8_t kind = byte();
    setting.has_video = (kind & 3U) != 0;
    setting.has_audio = (kind & 12U) != 0 || !setting.has_video;
    if ((kind & 0x70U) == 0x70U) setting.width = 640;
    if ((kind & 0x70U) == 0x60U) setting.rate = 44100;
    const std::uint8_t group = byte();
    setting.gop = 1 + group % 30;
    setting.b_frames = group % 4;
    setting.is_open = group % 5 == 0;
    setting.audio_late = (group % 7 == 0 ? 2 : 0) * ticks_per_second;
  }

  void end(Fed& fed) {
    splicer_.end(fed.id, now_);
    fed.has_ended = true;
  }

  void remove(const Fed& fed) {
    splicer_.drop(fed.id);
    std::erase_if(fed_, [id = fed.id](const Fed& each) { return each.id == id; });
  }

  Fed* drawn() { return fed_.empty() ? nullptr : &fed_[byte() % fed_.size()]; }

  void attach() {
    if (output_) splicer_.detach(*output_);
    output_ = splicer_.attach();
    check_ = {};
    check_.keeps_frames = false;
    check_.allows_jumps = false;
  }

  void read_all() {
    std::array<Bytes, 5> pieces;
    if (splicer_.state(*output_).times_full > 0) check_.allows_jumps = true;
    while (const std::size_t count = splicer_.gather(*output_, pieces)) {
      if (count > pieces.size()) return fail("more pieces than there is room for");
      const Bytes piece = pieces[0].first(std::min<std::size_t>(pieces[0].size(), 1000));
      check_.feed(piece);
      splicer_.written(*output_, piece.size());
    }
    const OutputState state = splicer_.state(*output_);
    if (state.queued_bytes != 0) return fail("says that more is queued than can be read");
    if (!check_.faults.empty()) return fail(check_.faults[0]);
    if (state.is_over) {
      check_.finish();
      if (!check_.faults.empty()) return fail(check_.faults[0]);
      attach();
    }
  }

  void fail(const std::string& what) {
    if (fault_.empty()) fault_ = what + ", at byte " + std::to_string(at_) + " of the script";
  }

  std::span<const std::uint8_t> script_;
  std::size_t at_ = 0;
  Instant now_{};
  Splicer splicer_;
  std::vector<Fed> fed_;
  std::optional<OutputId> output_;
  OutputCheck check_;
  bool reads_ = true;
  bool ignores_pace_ = false;
  std::uint8_t damages_ = 0;
  std::uint64_t switches_ = 0;
  std::string fault_;
};

}  // namespace recovery::splice::test
