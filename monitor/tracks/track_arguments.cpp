#include <algorithm>
#include <array>

#include "monitor/tracks/clean_text.hpp"
#include "monitor/tracks/placeholders.hpp"
#include "monitor/tracks/track_text.hpp"

namespace monitor {
namespace {

using std::string_view;

constexpr std::size_t path_value_bytes = 100;  // two of them and an ending fit a name of 255

// The option's name as it stands for all its streams: `filter` of `-filter:v:0`.
string_view option_name(string_view argument) {
  if (!argument.starts_with('-')) return {};
  argument.remove_prefix(1);
  return argument.substr(0, argument.find(':'));
}

bool names_filters(string_view option) {
  constexpr std::array names{string_view("vf"), string_view("af"), string_view("filter"),
                             string_view("filter_complex"), string_view("lavfi")};
  return std::ranges::find(names, option) != names.end();
}

bool looks_like_path(string_view argument) {
  return argument.starts_with('/') || argument.starts_with("./") || argument.starts_with("../") ||
         argument.find("://") != string_view::npos;
}

// `-f lavfi` among the options of this input.
bool is_lavfi_input(std::span<const std::string> command, std::size_t index) {
  for (std::size_t i = index; i-- > 1;) {
    if (command[i] == "-i" && i + 1 != index) return false;
    if (command[i] == "lavfi" && command[i - 1] == "-f") return true;
  }
  return false;
}

struct LookAlike {
  char meant;
  string_view shown;
};

// Of the signs of FFmpeg's filter language (ffmpeg-filters, "Notes on filtergraph escaping") and of
// drawtext's expansion.
constexpr std::array look_alikes{
    LookAlike{'\'', "\xE2\x80\x99"},  // right single quotation mark
    LookAlike{'\\', "\xEF\xBC\xBC"},  // full-width reverse solidus
    LookAlike{':', "\xEA\x9E\x89"},   // modifier letter colon
    LookAlike{',', "\xE2\x80\x9A"},   // single low-9 quotation mark
    LookAlike{';', "\xEF\xBC\x9B"},   // full-width semicolon
    LookAlike{'[', "\xEF\xBC\xBB"},   // full-width brackets
    LookAlike{']', "\xEF\xBC\xBD"},   //
    LookAlike{'%', "\xEF\xBC\x85"},   // full-width percent sign
    LookAlike{'=', "\xEF\xBC\x9D"},   // full-width equals sign
    LookAlike{'|', "\xEF\xBD\x9C"},   // full-width vertical line, parts lists of options
};

std::string without_filter_signs(string_view value) {
  std::string text;
  for (const char c : value) {
    const auto found = std::ranges::find(look_alikes, c, &LookAlike::meant);
    text += found == look_alikes.end() ? string_view(&c, 1) : found->shown;
  }
  return text;
}

bool parts_paths(char c) {
  return string_view("/\\:|%?#*").find(c) != string_view::npos;
}

std::string path_value(const std::string& value) {
  std::string text = clean_text(value, path_value_bytes);
  if (text.empty()) return "_";
  std::ranges::replace_if(text, parts_paths, '_');
  if (text.front() == '.' || text.front() == '-') text.front() = '_';
  if (text.back() == '.') text.back() = '_';
  for (std::size_t i = text.find(".."); i != std::string::npos; i = text.find("..", i)) {
    for (; i < text.size() && text[i] == '.'; ++i) text[i] = '_';
  }
  return text;
}

std::string value_for(const std::string& value, ArgumentKind kind) {
  if (kind == ArgumentKind::path) return path_value(value);
  const std::string clean = clean_text(value, track_value_bytes);
  return kind == ArgumentKind::filter ? without_filter_signs(clean) : clean;
}

}  // namespace

ArgumentKind argument_kind(std::span<const std::string> command, std::size_t index) {
  if (index >= command.size()) return ArgumentKind::plain;
  const string_view before = index == 0 ? string_view() : string_view(command[index - 1]);
  if (names_filters(option_name(before))) return ArgumentKind::filter;
  if (before == "-i" && is_lavfi_input(command, index)) return ArgumentKind::filter;
  const bool is_last = index + 1 == command.size();
  if (before == "-i" || is_last || looks_like_path(command[index])) return ArgumentKind::path;
  return ArgumentKind::plain;
}

bool has_placeholder(string_view argument) {
  return std::ranges::any_of(pieces_of(argument), &Piece::is_placeholder);
}

std::string filled_argument(string_view argument, const Track& track, ArgumentKind kind) {
  std::string text;
  for (const Piece& piece : pieces_of(argument)) {
    if (!piece.is_placeholder) {
      text += piece.text;
      continue;
    }
    const std::string value = value_for(*placeholder_value(piece.text, track), kind);
    const bool begins_option = text.empty() && value.starts_with('-');
    text += begins_option ? "\xE2\x80\x90" + value.substr(1) : value;
  }
  return text;
}

std::string track_path(string_view pattern, const Track& track) {
  return filled_argument(pattern, track, ArgumentKind::path);
}

}  // namespace monitor
