#include "recovery/splice/slate.hpp"

#include <variant>

#include "recovery/splice/demuxer.hpp"

namespace recovery::splice {

namespace {

std::optional<Slate> slate_of(const Program& program, const ReadPes& pes) {
  const ProgramStream& stream = program.streams[pes.stream];
  if (stream.kind != Kind::video) return {};
  const Inspection found = inspect(stream, pes.payload, pes.random_access);
  const auto* video = found.parameters ? std::get_if<VideoParameters>(&*found.parameters) : nullptr;
  if (!found.is_key || video == nullptr || pes.payload.size() > slate_limit) return {};
  return Slate{stream.codec, *video, {pes.payload.begin(), pes.payload.end()}};
}

}  // namespace

std::optional<Slate> read_slate(Bytes mpegts) {
  Demuxer demuxer;
  while (const auto pes = demuxer.next(mpegts, Instant{})) {
    if (auto slate = slate_of(demuxer.program(), *pes)) return slate;
  }
  while (const auto pes = demuxer.finish()) {
    if (auto slate = slate_of(demuxer.program(), *pes)) return slate;
  }
  return {};
}

}  // namespace recovery::splice
