#pragma once

#include "supervisor/config/file_reading.hpp"
#include "supervisor/config/yaml_tree.hpp"

namespace supervisor {

// The file's tree with everything of its `defaults` in each of its streams that has no such key
// itself: maps key by key, lists and texts as a whole. Each part keeps its line. Of keys of which
// only one can be given (a source, a sink) a stream's own takes the place of another's. What is
// wrong with the defaults is reported once; the streams are then left as they are.
YamlNode with_stream_defaults(const YamlNode& root, Config& config, FileReading& reading);

}  // namespace supervisor
