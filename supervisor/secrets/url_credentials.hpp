#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace supervisor {

// Finds the credentials in URLs by their position, in any text. Knows no secret.

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool empty() const { return begin == end; }
  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

// Ascending, and apart from each other.
std::vector<Span> merged(std::vector<Span> spans);

// What surrounds a URL: in prose it ends at quotes and loses the punctuation of the sentence. In an
// argument a user name or password may hold anything, blanks and `|` too.
enum class Place : std::uint8_t { prose, argument };

// What a URL is for. The path of one that is published to is, or ends in, a key.
enum class Use : std::uint8_t { any, publish };

struct Url {
  Span scheme, userinfo, path, query;
  // User information by a second reading, where FFmpeg's own reading may not be what the user
  // meant: a password with a `/`, `?`, `#` or `@` in it. Empty: there is no second one.
  Span doubtful;
  Span options;  // of librtmp, behind the URL: `playpath=KEY live=1`
  std::size_t end = 0;
};

// The URL whose `://` (or `:\/\/`) stands at `colon`. Bounds are those of `text`.
std::optional<Url> url_at(std::string_view text, std::size_t colon, Place place);
bool is_rtmp(std::string_view text, const Url& url);
// Of an RTMP URL: what stands behind the application, with all that follows.
Span stream_key(std::string_view text, const Url& url);
// Of any other URL that is published to; empty where the path is no key (Icecast's mount, a file).
Span publish_key(std::string_view text, const Url& url);
// The values in the query but for those whose names are known to be harmless.
std::vector<Span> secret_query_values(std::string_view text, const Url& url);
// All of the above that must be masked, URLs inside this URL too.
std::vector<Span> secret_parts(std::string_view text, const Url& url, Place place, Use use);

}  // namespace supervisor
