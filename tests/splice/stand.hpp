#pragma once

#include <array>
#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "recovery/splice/splicer.hpp"
#include "tests/splice/made_up_encoder.hpp"
#include "tests/splice/output_check.hpp"

namespace recovery::splice::test {

using namespace std::chrono_literals;

// A splicer with one output that is read at once, and the time.
class Stand {
 public:
  explicit Stand(const Options& options = {})
      : splicer(options, Instant{}), output(splicer.attach()) {}
  ~Stand() {
    drain();
    check.finish();
    std::string all;
    for (const auto& each : check.faults) all += each + "\n";
    EXPECT_EQ(all, "");
  }

  void feed(SourceId source, const ByteVector& bytes) {
    note(splicer.feed(source, bytes, now));
    drain();
  }
  void end(SourceId source) {
    note(splicer.end(source, now));
    drain();
  }
  void tick() {
    note(splicer.tick(now));
    drain();
  }
  void drain() {
    if (!reads) return;
    std::array<Bytes, 8> pieces;
    while (const std::size_t count = splicer.gather(output, pieces)) {
      std::size_t bytes = 0;
      for (std::size_t i = 0; i < count; ++i) {
        check.feed(pieces[i]);
        bytes += pieces[i].size();
      }
      splicer.written(output, bytes);
    }
  }
  template <class Kind_>
  std::vector<Kind_> told() const {
    std::vector<Kind_> found;
    for (const Event& each : events) {
      if (const auto* event = std::get_if<Kind_>(&each)) found.push_back(*event);
    }
    return found;
  }

  Instant now{};
  Splicer splicer;
  OutputId output;
  OutputCheck check;
  std::vector<Event> events;
  bool reads = true;

 private:
  void note(Splicer::Events told) { events.insert(events.end(), told.begin(), told.end()); }
};

// An encoder that lives since `born` and gives its frames as they are due.
struct Living {
  Living(Stand& stand, const EncoderSetting& setting, Role role = Role::encoder)
      : id(stand.splicer.add(role)), encoder(setting), born(stand.now) {}

  void give(Stand& stand) { stand.feed(id, encoder.until(stand.now - born)); }

  SourceId id;
  MadeUpEncoder encoder;
  Instant born;
};

inline constexpr std::uint16_t video_pid = 0x100;
inline constexpr std::uint16_t audio_pid = 0x120;

}  // namespace recovery::splice::test
