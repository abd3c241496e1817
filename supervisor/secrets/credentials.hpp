#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace supervisor {

// Finds credentials by their form alone, in any text. Knows no secret; Secrets uses it to learn
// them and to mask those never seen before.

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;

  bool empty() const { return begin == end; }
  std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

// What surrounds a URL: in prose it ends at quotes and loses the punctuation of the sentence.
enum class Place { prose, argument };

struct Url {
  Span scheme, userinfo, path, query;
  std::size_t end = 0;
};

// The URL whose `://` (or `:\/\/`) stands at `colon`. Bounds are those of `text`.
std::optional<Url> url_at(std::string_view text, std::size_t colon, Place place);
bool is_rtmp(std::string_view text, const Url& url);
// The last component of the path with all that follows it: the stream key of an RTMP URL.
Span stream_key(std::string_view text, const Url& url);
// The values in the query whose names speak of a credential.
std::vector<Span> secret_query_values(std::string_view text, const Url& url);
// All of the above that must be masked, URLs inside this URL too; ascending, apart from each other.
std::vector<Span> secret_parts(std::string_view text, const Url& url, Place place);

// The value behind the `=` or `:` at `sign` where the name in front speaks of a credential:
// `token=x`, `Authorization: Bearer x`, `"api_key":"x"`. Empty otherwise.
Span named_secret(std::string_view text, std::size_t sign);

// Names of headers and query parameters.
bool is_secret_name(std::string_view name);
// Options (without dashes) whose value is, or carries, a credential.
bool is_credential_option(std::string_view name);

}  // namespace supervisor
