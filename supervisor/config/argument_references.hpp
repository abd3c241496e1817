#pragma once

#include <string>
#include <string_view>

#include "supervisor/config/file_reading.hpp"

namespace supervisor {

// An argument with the text of its references in their place: `{env: NAME}` a variable's, `{file:
// PATH}` the first line of a file; `{{env: NAME}` stays, with one brace less. What was put in is
// remembered as a secret. Without an environment (see FileReading) the argument stays as it is.
// Throws Unexpected, which shows nothing of the argument.
std::string with_references(std::string_view argument, FileReading& reading);

}  // namespace supervisor
