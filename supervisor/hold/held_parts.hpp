#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "recovery/splice/cover_policy.hpp"
#include "recovery/splice/queue_limits.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/hold/held_picture.hpp"
#include "supervisor/hold/slate_command.hpp"
#include "supervisor/secrets/secrets.hpp"
#include "supervisor/stream/stream_parts.hpp"

namespace supervisor {

// One output of a held stream, which an FFmpeg of its own publishes.
struct HeldPublisher {
  std::size_t pipe = 0;                      // of the encoder's: which of its encodes it carries
  std::shared_ptr<const StreamParts> parts;  // its own; `output` is its name
  recovery::splice::QueueLimits buffer = {};
  bool required = false;
};

// What a held stream's command comes to beside the encoder. A value.
struct HeldParts {
  std::size_t pipes = 0;  // that the encoder writes to
  std::vector<HeldPublisher> outputs;
  recovery::splice::CoverPolicy cover = {};
  std::optional<PicturePlan> picture = {};  // nothing: none is made
  std::optional<SlatePlan> slate = {};      // nothing: the last picture stands in
  // Of the fallback that may stand by; null: there is none.
  std::shared_ptr<const StreamParts> standby = nullptr;
  recovery::StandbyChoice standby_choice = recovery::StandbyChoice::never;
};

struct HeldStream {
  PreparedCommand encoder;                  // its pipes have no numbers yet
  std::optional<PreparedCommand> fallback;  // writes to the same pipes
  std::shared_ptr<const HeldParts> outputs;
};

// Takes the stream's command apart, and its fallback: what that says of its outputs is that of the
// command. Throws CommandError.
HeldStream make_held_stream(const StreamConfig& config, const std::vector<int>& inherited,
                            const Secrets& secrets);

// The encoder's arguments with the numbers under which it finds its pipes.
std::vector<std::string> with_descriptors(std::vector<std::string> argv,
                                          const std::vector<int>& numbers);

}  // namespace supervisor
