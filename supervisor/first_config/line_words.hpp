#pragma once

#include <string>
#include <vector>

namespace supervisor {

// The words of a line that is split as a shell would and that no shell runs, as Docker Compose and
// systemd do; a variable in them as variable_mark() writes it. Throws ShellSyntaxError.
std::vector<std::string> words_of_line(const std::string& line);

}  // namespace supervisor
