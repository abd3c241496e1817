// sources: recovery/splice/*.cpp tests/splice/made_up_encoder.cpp tests/splice/output_check.cpp
//
// The splicer, whatever its sources send and whatever befalls them: its output keeps the rules of
// tests/splice/output_check.hpp. The first byte says whether the rest is MPEG-TS, or a play.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

#include "tests/splice/play.hpp"

namespace {

using namespace recovery::splice;

// One source that sends these bytes, in pieces, and another that takes over and gives back.
std::string feed_all(Bytes bytes) {
  Instant now{};
  Options options;
  options.queue.bytes = 500 * packet_size;
  Splicer splicer(options, now);
  const SourceId whole = splicer.add(Role::encoder);
  const SourceId other = splicer.add(Role::cover);
  const OutputId output = splicer.attach();
  test::MadeUpEncoder encoder({});
  test::OutputCheck check;
  check.keeps_frames = false;
  splicer.select(whole);
  const std::size_t piece = 1 + bytes.size() % 700;
  for (int i = 0; !bytes.empty(); ++i) {
    const std::size_t size = std::min(piece, bytes.size());
    now += std::chrono::milliseconds(20);
    splicer.feed(whole, bytes.first(size), now);
    bytes = bytes.subspan(size);
    splicer.feed(other, encoder.until(now - Instant{}), now);
    if (i % 50 == 20) splicer.select(i % 100 == 20 ? other : whole);
    splicer.tick(now);
    if (splicer.next_deadline() <= now) return "a deadline that has passed stays";
    std::array<Bytes, 1> pieces;
    while (splicer.gather(output, pieces) > 0) {
      check.feed(pieces[0]);
      splicer.written(output, pieces[0].size());
    }
    if (splicer.state(output).is_over) break;
  }
  check.finish();
  return check.faults.empty() ? "" : check.faults[0];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes bytes = Bytes(data, size).subspan(1);
  const std::string fault = data[0] % 2 == 0 ? feed_all(bytes) : test::Play(bytes).run();
  if (fault.empty()) return 0;
  std::fprintf(stderr, "%s\n", fault.c_str());
  std::abort();
}
