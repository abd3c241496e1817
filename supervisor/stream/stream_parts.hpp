#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "monitor/probes/target.hpp"
#include "recovery/alert.hpp"
#include "recovery/setup.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/secrets/secrets.hpp"
#include "supervisor/stream/prepared_command.hpp"

namespace supervisor {

struct HeldParts;

// What the configuration of one stream comes to. Made before anything is touched, so that a
// command that cannot be used changes nothing. A value.
struct StreamParts {
  StreamConfig config;
  std::string output = {};  // of a publisher: what it publishes
  std::string role = {};    // of a child that is neither encoder nor publisher
  std::shared_ptr<const PreparedCommand> primary;
  std::shared_ptr<const PreparedCommand> fallback;      // null: there is none
  std::shared_ptr<const HeldParts> held = nullptr;      // null: FFmpeg itself has the outputs
  std::vector<monitor::probes::Target> sources, sinks;  // where they are looked at
  recovery::StreamServers servers = {};                 // for labels

  recovery::Setup setup() const;
  // Of the primary that is looked at; nothing where there is none of that name.
  std::vector<monitor::probes::Target> sink_of(const std::string& name) const;
  // For the log, once.
  std::vector<std::string> warnings() const;
  // FFmpegs that may run at once.
  std::size_t children_at_most() const;
};

// `inherited`: the descriptors to pass on to the children. `secrets` has learnt those of the
// stream. Throws CommandError.
StreamParts make_stream_parts(const StreamConfig& config, const std::vector<int>& inherited,
                              const Secrets& secrets);

}  // namespace supervisor
