#include "monitor/detectors/input_flow.hpp"

#include <algorithm>

namespace monitor {
namespace {

using namespace std::chrono_literals;
using Phase = ConnectionSample::Phase;

constexpr std::size_t kept_points = 64;
constexpr Duration longest_gap = 15s;  // between two reads: a file's buffer, a segment of HLS
constexpr Duration piles_up_after = 3s;
constexpr Duration work_window = 10s;
constexpr double working_share = 0.002;  // of one CPU; a process that only reports uses a tenth
constexpr Duration telling_work = 20ms;  // two of the kernel's ticks: one can be a remainder's
constexpr Duration taken_window = 60s;
constexpr Duration wait_window = 12s;  // the speed is judged over 10 s
constexpr std::size_t telling_waits = 6;

bool is_open_input(const ConnectionSample& sample) {
  return sample.side == Side::input && sample.kind == ConnectionSample::Kind::tcp &&
         sample.phase != Phase::connecting;
}

// The server's hanging up counts as a byte.
std::uint64_t taken_of(const ConnectionSample& sample) {
  return sample.received_bytes - std::min(sample.received_bytes, sample.unread_bytes);
}

// Drops what is older than `window`, but for one, and the newest where there are too many.
template <class Points>
void drop_old(Points& points, Duration window, Instant now) {
  while (points.size() > 2 && now - points[1].at >= window) points.pop_front();
  if (points.size() == kept_points) points.pop_back();
}

// Nearer to the present, the longer it has stood.
Instant recent(Instant stood_since, Instant now) {
  return now - std::min<Duration>(longest_gap, (now - stood_since) / 2);
}

}  // namespace

void InputFlow::on_connections(const ConnectionSamples& all, Instant now) {
  std::vector<Link> present;
  bool has_unread = false;
  for (const ConnectionSample& sample : all) {
    if (!is_open_input(sample)) continue;
    const auto known = std::ranges::find(links_, sample.id, &Link::id);
    const bool unread = sample.unread_bytes > 0 && sample.phase == Phase::established;
    Link link{sample.id, taken_of(sample), unread, now};
    const std::uint64_t before = known == links_.end() ? 0 : known->taken_bytes;
    if (link.taken_bytes > before) {
      taken_bytes_ += link.taken_bytes - before;
      taken_at_ = now;
    } else if (known != links_.end()) {
      link.taken_at = known->taken_at;
    }
    has_unread |= unread;
    present.push_back(link);
  }
  links_ = std::move(present);
  had_links_ |= !links_.empty();
  drop_old(taken_, taken_window, now);
  taken_.push_back({now, taken_bytes_});
  if (!links_.empty()) note_wait(!has_unread, now);
}

// What the kernel counts as read is of files, pipes and devices; FFmpeg receives from sockets.
void InputFlow::on_waits(const WaitSample& sample, Instant now) {
  if (sample.read_bytes && file_bytes_ && *sample.read_bytes > *file_bytes_) file_read_at_ = now;
  file_bytes_ = sample.read_bytes;
  if (links_.empty() && sample.reads_pipe) note_wait(true, now);
  if (links_.empty() && !sample.reads_pipe && !waits_.empty()) note_wait(false, now);
}

void InputFlow::on_sample(const ProcessSample& sample, Instant now) {
  drop_old(work_, work_window, now);
  work_.push_back({now, sample.cpu_time});
  const double used = seconds(work_.back().cpu_time - work_.front().cpu_time);
  const double span = seconds(work_.back().at - work_.front().at);
  if (span > 0 && used >= span * working_share) busy_at_ = now;
}

void InputFlow::rebase(Instant now) {
  for (Link& link : links_) link.taken_at = now;
  work_.clear();
  waits_.clear();
  busy_at_.reset();
}

void InputFlow::note_wait(bool waits, Instant now) {
  drop_old(waits_, wait_window, now);
  waits_.push_back({now, waits});
}

bool InputFlow::piles_up(Instant now) const {
  return std::ranges::any_of(links_, [now](const Link& link) {
    return link.has_unread && now - link.taken_at >= piles_up_after;
  });
}

bool InputFlow::is_taken_in(Instant stood_since, Instant now) const {
  return taken_at_ && *taken_at_ >= recent(stood_since, now) && !piles_up(now);
}

bool InputFlow::is_read(Instant stood_since, Instant now) const {
  if (had_links_) return is_taken_in(stood_since, now);
  const Instant since = recent(stood_since, now);
  return (file_read_at_ && *file_read_at_ >= since) || (busy_at_ && *busy_at_ >= since);
}

bool InputFlow::is_at_work(Instant since) const {
  if (file_read_at_ && *file_read_at_ > since) return true;
  const auto first =
      std::ranges::find_if(work_, [since](const Work& each) { return each.at >= since; });
  if (first == work_.end()) return false;
  const Duration used = work_.back().cpu_time - first->cpu_time;
  return used >= telling_work &&
         seconds(used) >= seconds(work_.back().at - first->at) * working_share;
}

std::uint64_t InputFlow::read_bytes(Instant stood_since) const {
  const auto then = std::ranges::find_if(
      taken_, [stood_since](const Taken& point) { return point.at >= stood_since; });
  return then == taken_.end() ? 0 : taken_bytes_ - then->bytes;
}

bool InputFlow::waits_for_source() const {
  const auto waits = std::ranges::count(waits_, true, &Wait::waits);
  return waits_.size() >= telling_waits && static_cast<std::size_t>(waits) * 2 > waits_.size();
}

}  // namespace monitor
