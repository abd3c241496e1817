#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "monitor/tracks/now_playing.hpp"

namespace monitor {

// A track's words put into the configured text: {artist} {title} {album} {playlist}.

inline constexpr std::size_t track_value_bytes = 256;  // of one value put in
inline constexpr std::size_t track_text_bytes = 1024;  // of a whole text

// What is wrong with a template, as a sentence that names it; empty: nothing. `{{` and `}}` are
// braces that are meant.
std::string template_problem(std::string_view pattern);

// One line: "Ana - Dusk" of "{artist} - {title}". Where a value is missing, so are the blanks and
// dashes that only parted it from the next: "Dusk". Of a template with a problem: what can be done.
std::string track_text(std::string_view pattern, const Track& track);

// For the file of `drawtext=textfile=…:reload=1`, shown unchanged with `expansion` at its default
// (normal): `%` and `\` take a backslash. A `%` without one makes the whole text vanish ("Stray
// %"). With `expansion=none` the backslashes would show. Nothing to show is a blank: with an empty
// file FFmpeg 7.1 goes on showing the last text. FFmpeg 5.1.9 and 7.1, frames compared.
// The file must be there when FFmpeg starts and be replaced by rename: FFmpeg ends where it is
// gone.
std::string escaped_for_drawtext(std::string_view text);

// What FFmpeg makes of an argument, by which a value put into it could do harm.
enum class ArgumentKind : std::uint8_t {
  plain,   // a value that is taken as it is: of -metadata
  filter,  // a filter graph, in whose language ' \ : , ; [ ] % mean something
  path,    // a file or URL
};

// Of the argument at `index` in a command: by the option before it, by its own beginning, and the
// last one by being the last.
ArgumentKind argument_kind(std::span<const std::string> command, std::size_t index);

// Has it anything to be put in?
bool has_placeholder(std::string_view argument);

// An argument of exec (never of a shell) with the values put in. Other braces stay as they are:
// they are FFmpeg's ("%{pts}"). Each value is one line of valid UTF-8 without NUL, at most 256
// bytes.
// - One that begins the argument never begins with `-`: a hyphen that looks alike (U+2010) stands
//   for it, so it is no option.
// - In a filter graph, what has a meaning there is replaced by characters that look alike, at
//   whichever level of quotes it stands: a title ends no text and begins no filter.
// - In a path: as in track_path().
std::string filled_argument(std::string_view argument, const Track& track, ArgumentKind kind);

// The path of a track's own file. `_` stands for / \ : | % ? # *, for a value's first dot or hyphen
// and its last dot, for dots that follow one another, and for a value that is missing: no value
// leads out of the folder, to another protocol, or to a hidden file. Each is at most 100 bytes.
std::string track_path(std::string_view pattern, const Track& track);

}  // namespace monitor
