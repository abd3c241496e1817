#include "monitor/detectors/space.hpp"

#include <algorithm>

#include "monitor/text/sentence.hpp"

namespace monitor {
namespace {

constexpr std::uint64_t nothing_left = 256 * 1024;  // bytes: FFmpeg writes files in such steps
constexpr std::uint64_t little_left = 256 * 1024 * 1024;  // bytes: minutes of video …
constexpr double little_share = 0.02;                     // … unless the whole is small

bool is_full(const SpaceSample& folder) {
  return folder.free_bytes < nothing_left || folder.free_inodes == 0U;
}

bool is_low(const SpaceSample& folder) {
  const double share = static_cast<double>(folder.total_bytes) * little_share;
  return folder.free_bytes < little_left && static_cast<double>(folder.free_bytes) < share;
}

double megabytes(std::uint64_t bytes) {
  return static_cast<double>(bytes) / 1e6;
}

}  // namespace

void SpaceDetector::on_space(const std::vector<SpaceSample>& folders, Instant now) {
  const auto full = std::find_if(folders.begin(), folders.end(), is_full);
  const auto low =
      full != folders.end() ? full : std::find_if(folders.begin(), folders.end(), is_low);
  tightest_.reset();
  if (low == folders.end()) {
    seen_at_.reset();
    return;
  }
  tightest_ = *low;
  if (!seen_at_) seen_at_ = now;
}

Instant SpaceDetector::deadline() const {
  return tightest_ ? *seen_at_ : never;
}

std::optional<Fault> SpaceDetector::check(Instant now) const {
  if (now < deadline()) return std::nullopt;
  const SpaceSample& folder = *tightest_;
  if (folder.free_inodes == 0U) {
    return Fault{Cause::host_disk_full,
                 true,
                 sentence("No inode is left at %s: no file can be made.", folder.path.c_str()),
                 {},
                 Strength::proven};
  }
  return Fault{Cause::host_disk_full,
               is_full(folder),
               sentence("%.1f MB of %.0f MB are left at %s.", megabytes(folder.free_bytes),
                        megabytes(folder.total_bytes), folder.path.c_str()),
               {},
               Strength::proven};
}

}  // namespace monitor
