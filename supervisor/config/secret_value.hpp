#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "supervisor/config/file_reading.hpp"

namespace supervisor {

// A text that may be a secret: as it stands in the file, or `{env: NAME}`, a variable's, or
// `{file: PATH}`, the first line of a file of at most 8 KiB. Gives what `check` makes of it (which
// throws Unexpected). Empty after an error, which is reported to `reading` without the text, and
// where secrets are not to be read (FileReading::environment).
std::optional<std::string> read_text_value(
    const Entry& entry, const std::function<std::string(const std::string&)>& check,
    FileReading& reading);

using Headers = std::vector<std::pair<std::string, std::string>>;

// The headers of a request of our own, as a map; up to 32. A value may be a secret, as
// above. Headers that frame the request are refused.
void read_headers(const Entry& entry, Headers& headers, FileReading& reading);

}  // namespace supervisor
