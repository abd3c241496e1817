#pragma once

#include <functional>
#include <optional>
#include <string>

#include "supervisor/config/file_reading.hpp"

namespace supervisor {

// A text that may be a secret: as it stands in the file, or `{env: NAME}`, a variable's, or
// `{file: PATH}`, the first line of a file of at most 8 KiB. Gives what `check` makes of it (which
// throws Unexpected). Empty where something was wrong, told to `reading` without showing the text,
// or where it was not to be read (FileReading::environment).
std::optional<std::string> read_text_value(
    const Entry& entry, const std::function<std::string(const std::string&)>& check,
    FileReading& reading);

}  // namespace supervisor
