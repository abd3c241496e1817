#include "recovery/splice/layout.hpp"

#include <algorithm>
#include <array>

namespace recovery::splice {

namespace {

bool goes_together(const ProgramStream& a, const ProgramStream& b) {
  return a.kind == b.kind && a.type == b.type && a.codec == b.codec;
}

std::optional<std::size_t> stream_at(const Program& program, Kind kind, std::size_t order) {
  for (std::size_t i = 0; i < program.streams.size(); ++i) {
    if (program.streams[i].kind == kind && order-- == 0) return i;
  }
  return {};
}

bool has_same(Kind kind, const Program& a, const Program& b) {
  for (std::size_t order = 0;; ++order) {
    const auto in_a = stream_at(a, kind, order);
    const auto in_b = stream_at(b, kind, order);
    if (!in_a || !in_b) return in_a == in_b;
    if (!goes_together(a.streams[*in_a], b.streams[*in_b])) return false;
  }
}

}  // namespace

Program make_layout(const Program& source) {
  Program layout = source;
  std::array<std::uint16_t, 3> used{};
  for (ProgramStream& each : layout.streams) {
    const auto row = static_cast<std::size_t>(each.kind);
    each.pid = static_cast<std::uint16_t>(first_pid + row * streams_limit + used[row]++);
  }
  return layout;
}

std::vector<std::optional<std::size_t>> tracks_of(const Program& source, const Program& layout) {
  std::vector<std::optional<std::size_t>> tracks(source.streams.size());
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const auto found = stream_at(layout, source.streams[i].kind, order_of(source, i));
    if (found && goes_together(source.streams[i], layout.streams[*found])) tracks[i] = found;
  }
  return tracks;
}

bool is_same_layout(const Program& source, const Program& layout) {
  return has_same(Kind::video, source, layout) && has_same(Kind::audio, source, layout);
}

std::optional<std::size_t> entry_stream(const Program& program) {
  const auto video = stream_at(program, Kind::video, 0);
  return video ? video : stream_at(program, Kind::audio, 0);
}

std::size_t order_of(const Program& program, std::size_t stream) {
  const auto begin = program.streams.begin();
  const Kind kind = program.streams[stream].kind;
  return static_cast<std::size_t>(
      std::count_if(begin, begin + static_cast<std::ptrdiff_t>(stream),
                    [kind](const ProgramStream& each) { return each.kind == kind; }));
}

}  // namespace recovery::splice
