#pragma once

#include <memory>
#include <string>
#include <vector>

#include "monitor/probes/target.hpp"
#include "recovery/setup.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/secrets/secrets.hpp"
#include "supervisor/stream/launchable.hpp"

namespace supervisor {

// What the configuration of one stream comes to. Made before anything is touched, so that a
// command that cannot be used changes nothing. A value.
struct StreamParts {
  StreamConfig config;
  std::shared_ptr<const Launchable> primary;
  std::shared_ptr<const Launchable> fallback;           // null: there is none
  std::vector<monitor::probes::Target> sources, sinks;  // where they are looked at

  recovery::Setup setup() const;
  // What the user should know of the commands, once.
  std::vector<std::string> warnings() const;
};

// `inherited`: the descriptors to pass on to the children. `secrets` has learnt those of the
// stream. Throws CommandError.
StreamParts make_stream_parts(const StreamConfig& config, const std::vector<int>& inherited,
                              const Secrets& secrets);

}  // namespace supervisor
