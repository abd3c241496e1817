#include "monitor/probes/media_bytes.hpp"

#include <algorithm>

namespace monitor::probes {
namespace {

using std::string_view;

// Bytes of text after which it is no chance: of 256 random bytes, all miss the 28 control
// characters once in 10^12 streams.
constexpr std::size_t enough_text = 256;

bool is_binary(string_view body) {
  return std::ranges::any_of(body, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f';
  });
}

bool is_manifest_type(string_view type) {
  return type == "application/dash+xml" || type == "image/svg+xml";
}

bool is_page_type(string_view type) {
  return type.ends_with("html") || type.ends_with("json") || type.ends_with("xml") ||
         type.ends_with("+xml") || type == "text/javascript";
}

string_view without_leading_blanks(string_view body) {
  if (body.starts_with("\xEF\xBB\xBF")) body.remove_prefix(3);  // byte order mark
  body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n\f"), body.size()));
  return body;
}

// `[` alone begins subtitles and playlists, too.
bool begins_like_json(string_view text) {
  if (text.starts_with('{')) return true;
  if (!text.starts_with('[')) return false;
  text = without_leading_blanks(text.substr(1));
  return text.empty() || string_view("{[\"]-0123456789").find(text.front()) != string_view::npos;
}

bool begins_like_media(string_view text) {
  for (const string_view start : {"#EXTM3U", "v=0", "WEBVTT", "ffconcat"}) {
    if (text.starts_with(start)) return true;
  }
  return false;
}

}  // namespace

Look look_of(string_view body, string_view content_type, bool complete) {
  if (body.empty()) return complete ? Look::no_media : Look::unsure;
  if (is_binary(body) || is_manifest_type(content_type)) return Look::media;
  const string_view text = without_leading_blanks(body);
  if (begins_like_media(text)) return Look::media;
  const bool markup = text.starts_with('<');
  if (markup && (text.find("<MPD") != string_view::npos || text.find("<svg") != string_view::npos))
    return Look::media;
  const bool suspicious =
      markup || text.empty() || begins_like_json(text) || is_page_type(content_type);
  if (!suspicious) return Look::media;
  // A manifest may have long comments in front of its element.
  const bool may_be_manifest = text.starts_with("<?xml") || text.starts_with("<!--");
  if (complete || (!may_be_manifest && text.size() >= enough_text)) return Look::no_media;
  return Look::unsure;
}

}  // namespace monitor::probes
