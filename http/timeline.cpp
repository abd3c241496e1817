#include "http/timeline.hpp"

#include <algorithm>

#include "http/availability.hpp"

namespace http {
namespace {

using recovery::IncidentRecord;
using recovery::WallTime;

// A cell with less than this share of time without a supervisor shows what the rest of it was.
constexpr double unwatched_share = 0.05;

int rank(TimelineCell cell) {
  constexpr std::string_view from_best = "+o.~-";
  return static_cast<int>(from_best.find(static_cast<char>(cell)));
}

class Strip {
 public:
  Strip(std::chrono::seconds cell, WallTime now)
      : cell_(cell), begin_(now - cell * static_cast<int>(timeline_cells)), now_(now) {}

  // The worst of what a cell holds stays. `least`: the share of a cell that counts.
  void paint(WallTime from, WallTime until, TimelineCell what, double least = 0) {
    for (std::size_t i = cell_at(from); i < timeline_cells; ++i) {
      const WallTime start = begin_ + cell_ * static_cast<int>(i);
      if (start >= until) return;
      const auto held = std::min(until, start + cell_) - std::max(from, start);
      const double share = std::chrono::duration<double>(held) / cell_;
      const bool counts = share > 0 && share >= least;
      if (counts && rank(what) > rank(cells_[i])) cells_[i] = what;
    }
  }
  void paint_before(WallTime known_since) {
    paint(begin_, known_since, TimelineCell::unwatched, 0.5);
  }
  WallTime now() const { return now_; }

  std::string text() const {
    std::string text;
    for (const TimelineCell cell : cells_) text += static_cast<char>(cell);
    return text;
  }

 private:
  std::size_t cell_at(WallTime time) const {
    return time <= begin_ ? 0 : static_cast<std::size_t>((time - begin_) / cell_);
  }
  static constexpr std::array<TimelineCell, timeline_cells> all_on_air() {
    std::array<TimelineCell, timeline_cells> cells{};
    cells.fill(TimelineCell::on_air);
    return cells;
  }

  std::chrono::seconds cell_;
  WallTime begin_, now_;
  std::array<TimelineCell, timeline_cells> cells_ = all_on_air();
};

TimelineCell cell_of(const IncidentRecord& incident) {
  const bool on_request = monitor::component_of(incident.cause) == monitor::Component::operator_;
  if (on_request) return TimelineCell::stopped;
  return incident.off_air ? TimelineCell::off_air : TimelineCell::warning;
}

// An open incident reaches to now; so short a one as a moment shows, too.
void paint(Strip& strip, const IncidentRecord& incident) {
  const WallTime end = incident.resolved_at.value_or(strip.now());
  const WallTime least = incident.last_good_at + std::chrono::milliseconds(1);
  strip.paint(incident.last_good_at, std::max(end, least), cell_of(incident));
}

}  // namespace

std::string timeline_of(const StreamSnapshot& stream, const TimelineSpan& span,
                        const ClockReading& now) {
  Strip strip(span.cell, now.wall);
  strip.paint_before(availability_of(stream, now).since);
  if (stream.unwatched) {
    for (const auto& [from, until] : *stream.unwatched) {
      strip.paint(from, until, TimelineCell::unwatched, unwatched_share);
    }
  }
  if (stream.incidents) {
    for (const IncidentRecord& incident : *stream.incidents) paint(strip, incident);
  }
  return strip.text();
}

}  // namespace http
