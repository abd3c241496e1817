#pragma once

#include <string>
#include <string_view>

namespace supervisor {

// Puts the text into the file as a whole: whoever reads it finds the old text or the new one, and
// always a file. By way of `PATH.new` in the same folder. What went wrong, as a sentence with the
// path; empty: nothing.
std::string write_track_file(const std::string& path, std::string_view text);

}  // namespace supervisor
