#include "monitor/detectors/unpublished.hpp"

#include "monitor/text/sentence.hpp"

namespace monitor {
namespace {

constexpr Duration usual_block = std::chrono::seconds(3);  // at the latest, one comes

}  // namespace

void UnpublishedDetector::on_reports(bool awaits_media) {
  if (!awaits_media) since_.reset();
}

void UnpublishedDetector::on_advance(bool awaits_media, Instant now) {
  // One that stood meanwhile has put out nothing then.
  const bool stood = now - advanced_at_ > usual_block;
  if (!awaits_media) since_.reset();
  if (awaits_media && (!since_ || stood)) since_ = now;
  advanced_at_ = now;
}

std::optional<Fault> UnpublishedDetector::check(Instant now) const {
  if (now < deadline() || now - advanced_at_ > usual_block) return std::nullopt;
  return Fault{Cause::encoder_failed, true,
               sentence("FFmpeg has put out for %.1f s, and nothing of it can be published: its "
                        "outputs have had no frame of a stream whose parameters are known.",
                        seconds(now - *since_)),
               *since_, Strength::proven};
}

}  // namespace monitor
