#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "monitor/observation.hpp"
#include "monitor/probes/executor.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// One folder's room, by statvfs(3): may hang with the file system. A folder that does not exist is
// replaced by the nearest one above it that does. Empty where the file system has no size.
std::optional<SpaceSample> space_of(const std::string& folder);

// Room at each of the folders, in their order, as a vector of SpaceSample. One that cannot be asked
// (a network file system that hangs past `timeout`) is left out. Each is asked on a thread
// of its own; a file system that hangs costs one thread, not one at each look. `done` comes once,
// from the executor, never from within the call, whatever goes wrong. `ask`: for tests.
void probe_space(const boost::asio::any_io_executor& executor, std::vector<std::string> folders,
                 Duration timeout, std::function<void(Observation)> done,
                 std::function<std::optional<SpaceSample>(const std::string&)> ask = space_of);

}  // namespace monitor::probes
