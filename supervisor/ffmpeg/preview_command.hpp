#pragma once

#include <string>
#include <vector>

#include "monitor/limits.hpp"
#include "supervisor/ffmpeg/output_streams.hpp"

namespace supervisor {

// The parts of a command that show what goes out: a small picture now and then, the level of the
// sound. They stand in the output that looks at the content (content_command).

// Writes the level of 32 frames, which is less than a second of most sound, to the progress pipe.
// Every frame goes on as it came: where some are held back FFmpeg up to 6.1 reads its other inputs
// late.
std::string level_filters(int pipe_fd);

// Makes a small picture of any: at most 320 pixels wide, as wide as it is to be shown.
std::string small_picture_filters();

// One small picture each `interval` of the stream's own time, the first at once. One filter more in
// a chain that looks at the picture.
std::string preview_filters(monitor::Duration interval);

// Where the command writes its picture: a name that stands for a file in memory until the launch
// gives it a number. FFmpeg empties the file before it writes: it never grows, and nobody has to
// read it.
bool writes_picture(const std::vector<std::string>& argv);
std::vector<std::string> with_picture_file(std::vector<std::string> argv, int number);
// As FFmpeg names it, in its messages too.
std::string picture_file_name(int number);

// The codecs and the end of an output with the picture of its first video stream. All that it has
// goes nowhere as well: without a picture FFmpeg goes on. `interval`: as for the filters.
std::vector<std::string> preview_output(monitor::Duration interval);

// Why an output with these streams cannot have a picture beside it; empty: it can.
std::string no_preview_reason(const StreamLayout& layout, const OutputStreams& output);

}  // namespace supervisor
