#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "supervisor/child/descriptor.hpp"
#include "supervisor/stream/prepared_command.hpp"

namespace supervisor {

// A command that is about to be launched, and the pipes that it writes to.
struct PipedCommand {
  std::shared_ptr<const PreparedCommand> command;  // with the numbers of the write ends
  std::vector<Descriptor> read, write;             // the latter are kept until after the launch
};

// Opens `count` pipes for a command as held_parts makes it. Empty with `error_number` where the
// descriptors are short.
std::optional<PipedCommand> open_encoder_pipes(const PreparedCommand& encoder, std::size_t count,
                                               int& error_number);

}  // namespace supervisor
