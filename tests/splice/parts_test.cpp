// The parts that read a source: packets, sections, programs, PES.

#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "recovery/splice/demuxer.hpp"
#include "recovery/splice/packet_reader.hpp"
#include "recovery/splice/pes.hpp"
#include "recovery/splice/section.hpp"
#include "recovery/splice/ticks.hpp"
#include "tests/splice/made_up_encoder.hpp"

namespace recovery::splice::test {
namespace {

using namespace std::chrono_literals;

ByteVector packet(std::uint8_t mark) {
  ByteVector bytes(packet_size, mark);
  bytes[0] = sync_byte;
  return bytes;
}

// The marks of the packets that are found where the bytes come in pieces of this size.
std::string found(const ByteVector& bytes, std::size_t piece) {
  PacketReader reader;
  std::string marks;
  for (Bytes rest = bytes; !rest.empty(); rest = rest.subspan(std::min(piece, rest.size()))) {
    Bytes part = rest.first(std::min(piece, rest.size()));
    while (const auto next = reader.next(part)) marks += static_cast<char>((*next)[100]);
  }
  return marks;
}

ByteVector joined(std::initializer_list<ByteVector> parts) {
  ByteVector all;
  for (const auto& each : parts) all.insert(all.end(), each.begin(), each.end());
  return all;
}

TEST(PacketReader, FindsPacketsInPiecesOfAnySize) {
  const ByteVector bytes = joined({packet('a'), packet('b'), packet('c')});
  for (const std::size_t piece : {1, 7, 187, 188, 189, 400, 564}) {
    EXPECT_EQ(found(bytes, piece), "abc") << piece;
  }
}

TEST(PacketReader, ComesBackBehindGarbage) {
  const ByteVector garbage(333, 'x');
  ByteVector with_sync(333, 'x');
  with_sync[5] = with_sync[80] = with_sync[200] = sync_byte;
  const ByteVector end = {sync_byte};
  for (const std::size_t piece : {1, 60, 188, 400, 5000}) {
    EXPECT_EQ(found(joined({packet('a'), garbage, packet('b'), packet('c')}), piece), "abc")
        << piece;
    EXPECT_EQ(found(joined({with_sync, packet('a'), packet('b'), end}), piece), "ab") << piece;
  }
}

TEST(PacketReader, GoesOnBehindATornPacket) {
  ByteVector torn = packet('t');
  torn.resize(100);
  EXPECT_EQ(found(joined({packet('a'), torn, packet('b'), packet('c'), packet('d')}), 5000).back(),
            'd');
}

TEST(Packet, ThatContradictsItselfIsNone) {
  ByteVector bytes = packet(0);
  bytes[3] = 0x30;
  bytes[4] = 183;  // no byte is left for the payload
  EXPECT_FALSE(read_packet(PacketBytes(bytes)));
  bytes[4] = 255;
  EXPECT_FALSE(read_packet(PacketBytes(bytes)));
  bytes[4] = 182;
  ASSERT_TRUE(read_packet(PacketBytes(bytes)));
  EXPECT_EQ(read_packet(PacketBytes(bytes))->payload.size(), 1U);
  bytes[3] = 0x00;
  EXPECT_FALSE(read_packet(PacketBytes(bytes)));
  bytes[3] = 0x10;
  bytes[1] = 0x80;
  EXPECT_FALSE(read_packet(PacketBytes(bytes)));
}

TEST(Ticks, AreUnwrappedToTheNearest) {
  EXPECT_EQ(unwrapped(5, ticks_per_wrap - 5), ticks_per_wrap + 5);
  EXPECT_EQ(unwrapped(static_cast<std::uint64_t>(ticks_per_wrap - 5), ticks_per_wrap + 5),
            ticks_per_wrap - 5);
  EXPECT_EQ(unwrapped(7, 3 * ticks_per_wrap), 3 * ticks_per_wrap + 7);
  EXPECT_EQ(unwrapped(static_cast<std::uint64_t>(ticks_per_wrap - 1), 0), -1);
}

TEST(Pes, KeepsItsTimes) {
  for (const Ticks pts :
       {Ticks{0}, Ticks{1}, Ticks{0x155555555}, ticks_per_wrap - 1, ticks_per_wrap + 77}) {
    const auto head = write_pes_head(0xe0, pts, pts - 3600, 100);
    ByteVector pes(head.bytes.begin(), head.bytes.begin() + static_cast<std::ptrdiff_t>(head.size));
    pes.resize(pes.size() + 100);
    const auto read = read_pes_head(pes);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->pts, wrapped(pts));
    EXPECT_EQ(read->dts, wrapped(pts - 3600));
    EXPECT_EQ(whole_pes_size(pes), pes.size());
  }
  EXPECT_FALSE(whole_pes_size(write_pes_head(0xe0, 9, 9, 70000).bytes));
}

TEST(Pes, WithoutATimeOrEncryptedIsNone) {
  const auto head = write_pes_head(0xe0, 9, 9, 3);
  ByteVector pes(head.bytes.begin(), head.bytes.end());
  EXPECT_TRUE(read_pes_head(pes));
  pes[6] |= 0x10;
  EXPECT_FALSE(read_pes_head(pes));
  pes[6] = 0x80;
  pes[3] = 0xbe;
  EXPECT_FALSE(read_pes_head(pes));
  pes[3] = 0xe0;
  pes[8] = 200;
  EXPECT_FALSE(read_pes_head(pes));
}

std::vector<MadeUpStream> many(std::size_t count) {
  std::vector<MadeUpStream> streams;
  for (std::size_t i = 0; i < count; ++i) {
    streams.push_back({static_cast<std::uint16_t>(0x200 + i),
                       i == 0 ? h264_type : aac_type,
                       {0x0a, 4, 'e', 'n', 'g', 0}});
  }
  return streams;
}

TEST(Demuxer, ReadsAPmtOverSeveralPackets) {
  TsWriter writer;
  writer.tables(many(30));
  Demuxer demuxer;
  const ByteVector bytes = writer.take();
  EXPECT_GT(bytes.size(), 2 * packet_size);
  Bytes rest = bytes;
  EXPECT_FALSE(demuxer.next(rest, Instant{}));
  ASSERT_EQ(demuxer.program().streams.size(), 30U);
  EXPECT_EQ(demuxer.program().streams[29].pid, 0x200 + 29);
  EXPECT_EQ(demuxer.program().streams[29].descriptors.size(), 6U);
  EXPECT_EQ(demuxer.program().left_out, 0U);
}

TEST(Demuxer, LeavesOutWhatCannotBeCarried) {
  auto streams = many(40);
  streams[1].type = 0x86;  // SCTE-35: sections
  TsWriter writer;
  writer.tables(streams);
  Demuxer demuxer;
  const ByteVector bytes = writer.take();
  Bytes rest = bytes;
  demuxer.next(rest, Instant{});
  EXPECT_EQ(demuxer.program().streams.size(), streams_limit);
  EXPECT_EQ(demuxer.program().left_out, 8U);
}

TEST(Demuxer, DropsAPmtWhoseCrcIsWrong) {
  TsWriter writer;
  writer.tables(many(2));
  ByteVector bytes = writer.take();
  bytes[packet_size + 20] ^= 1U;
  Demuxer demuxer;
  Bytes rest = bytes;
  demuxer.next(rest, Instant{});
  EXPECT_TRUE(demuxer.program().streams.empty());
}

struct Read {
  std::vector<std::size_t> sizes;
  DemuxerCounts counts;
};

Read read(const ByteVector& bytes) {
  Demuxer demuxer;
  Read found;
  Bytes rest = bytes;
  while (const auto pes = demuxer.next(rest, Instant{})) found.sizes.push_back(pes->payload.size());
  found.counts = demuxer.counts();
  return found;
}

TEST(Demuxer, GivesOnlyWholePes) {
  TsWriter writer;
  writer.tables(many(2));
  const ByteVector tables = writer.take();
  writer.pes(0x200, 0xe0, 9, 9, ByteVector(1000, 1), true, false);
  const ByteVector first = writer.take();
  writer.pes(0x200, 0xe0, 3609, 3609, ByteVector(900, 1), true, false);
  writer.pes(0x201, 0xc0, 9, 9, ByteVector(20, 2), true, true);
  const ByteVector second = writer.take();
  ByteVector lost = first;
  lost.erase(lost.begin() + packet_size, lost.begin() + 2 * packet_size);
  EXPECT_EQ(read(joined({tables, first, second})).sizes, (std::vector<std::size_t>{1000, 20}));
  EXPECT_EQ(read(joined({tables, lost, second})).sizes, (std::vector<std::size_t>{20}));
  EXPECT_EQ(read(joined({tables, lost, second})).counts.dropped_pes, 1U);
}

TEST(Demuxer, TakesAPacketSentTwiceOnce) {
  TsWriter writer;
  writer.tables(many(2));
  const ByteVector tables = writer.take();
  writer.pes(0x201, 0xc0, 9, 9, ByteVector(300, 2), true, true);
  const ByteVector pes = writer.take();
  const ByteVector first(pes.begin(), pes.begin() + packet_size);
  EXPECT_EQ(read(joined({tables, first, pes})).sizes, (std::vector<std::size_t>{300}));
}

TEST(Demuxer, DropsAPesThatNeverEnds) {
  TsWriter writer;
  writer.tables(many(1));
  ByteVector bytes = writer.take();
  writer.pes(0x200, 0xe0, 9, 9, ByteVector(Demuxer::pes_limit + 100'000, 1), true, false);
  writer.pes(0x200, 0xe0, 99, 99, ByteVector(500, 1), true, false);
  writer.pes(0x200, 0xe0, 999, 999, ByteVector(500, 1), true, false);
  const auto found = read(joined({bytes, writer.take()}));
  EXPECT_EQ(found.sizes, (std::vector<std::size_t>{500}));
  EXPECT_EQ(found.counts.dropped_pes, 1U);
}

TEST(Demuxer, PassesNothingEncrypted) {
  TsWriter writer;
  writer.tables(many(2));
  const ByteVector tables = writer.take();
  writer.pes(0x201, 0xc0, 9, 9, ByteVector(100, 2), true, true);
  ByteVector pes = writer.take();
  pes[3] |= 0x80U;
  const auto found = read(joined({tables, pes}));
  EXPECT_TRUE(found.sizes.empty());
  EXPECT_EQ(found.counts.bad_packets, 1U);
}

}  // namespace
}  // namespace recovery::splice::test
