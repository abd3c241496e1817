#include "monitor/tracks/placeholders.hpp"

namespace monitor {

using std::string_view;

const std::string* placeholder_value(string_view name, const Track& track) {
  if (name == "artist") return &track.artist;
  if (name == "title") return &track.title;
  if (name == "album") return &track.album;
  return name == "playlist" ? &track.playlist : nullptr;
}

std::vector<Piece> pieces_of(string_view pattern) {
  static const Track none;
  std::vector<Piece> pieces;
  std::size_t begin = 0;
  for (std::size_t open = pattern.find('{'); open != string_view::npos;
       open = pattern.find('{', open + 1)) {
    const std::size_t close = pattern.find('}', open);
    if (close == string_view::npos) break;
    const string_view name = pattern.substr(open + 1, close - open - 1);
    if (placeholder_value(name, none) == nullptr) continue;
    if (open > begin) pieces.push_back({pattern.substr(begin, open - begin), false});
    pieces.push_back({name, true});
    begin = close + 1;
    open = close;
  }
  if (begin < pattern.size()) pieces.push_back({pattern.substr(begin), false});
  return pieces;
}

}  // namespace monitor
