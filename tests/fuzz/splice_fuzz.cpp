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

void read_all(Splicer& splicer, OutputId output, test::OutputCheck& check) {
  std::array<Bytes, 1> pieces;
  while (splicer.gather(output, pieces) > 0) {
    check.feed(pieces[0]);
    splicer.written(output, pieces[0].size());
  }
}

// One source that sends these bytes, in pieces, and another that takes over and gives back. One
// output reads all at once; another one seldom, and little may wait for it.
std::string feed_all(Bytes bytes) {
  Instant now{};
  Options options;
  options.queue.bytes = 500 * packet_size;
  Splicer splicer(options, now);
  const SourceId whole = splicer.add(Role::encoder);
  const SourceId other = splicer.add(Role::cover);
  const OutputId output = splicer.attach();
  const QueueLimits small{(bytes.size() % 100) * packet_size, std::chrono::milliseconds(700)};
  const OutputId slow = splicer.attach(small);
  test::MadeUpEncoder encoder({});
  test::OutputCheck check;
  check.keeps_frames = false;
  test::OutputCheck slow_check;
  slow_check.keeps_frames = false;
  slow_check.allows_jumps = true;
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
    read_all(splicer, output, check);
    if (i % 37 == 0) read_all(splicer, slow, slow_check);
    if (splicer.state(output).is_over) break;
  }
  check.finish();
  slow_check.finish();
  if (!check.faults.empty()) return check.faults[0];
  return slow_check.faults.empty() ? "" : "of the slow output: " + slow_check.faults[0];
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
