#pragma once

#include <string>
#include <vector>

namespace supervisor {

// For each word of a command, whether a URL in it is published to: FFmpeg's outputs; of another
// program, every word behind the first that is no input (`-i`).
std::vector<bool> published_words(const std::vector<std::string>& argv);

// The words of an argument that holds a command of its own (`sh -c "ffmpeg …"`); empty for any
// other. Quotes are taken off, nothing is expanded.
std::vector<std::string> words_of_command_text(const std::string& argument);

}  // namespace supervisor
