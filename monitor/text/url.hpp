#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace monitor {

// A URL in its parts, taken apart as FFmpeg does (av_url_split): users write what no strict parser
// takes. Views into the text it was made from.
struct Url {
  std::string_view scheme;    // as written; empty without one
  std::string_view userinfo;  // `user:password`, still encoded
  std::string_view host;      // without the brackets of IPv6
  std::string_view port;      // empty without one
  std::string_view path;      // with the query, without the fragment; may be empty
};

Url split_url(std::string_view url);

// What stands before the first colon where only characters of a scheme do; else empty. As FFmpeg
// looks for its protocols: `hls+http` of `hls+http://h/`, `concat` of `concat:a|b`.
std::string_view url_scheme(std::string_view url);

// What stands between `//` and the path, taken apart.
struct Authority {
  std::string_view userinfo;             // still encoded
  std::string_view host;                 // as written, with the brackets of IPv6
  std::optional<std::string_view> port;  // what stands behind the colon; empty without one
};
Authority split_authority(std::string_view authority);

// The port that FFmpeg's libavformat takes where a URL of this scheme has none; empty where it
// takes none either.
std::string_view default_port(std::string_view scheme);
// The URL's own port, else that of its scheme; empty where neither is.
std::string_view port_of(std::string_view url);

// Where a redirect leads: `location` as it is, or relative to `base`.
std::string resolved_url(std::string_view base, std::string_view location);

// For display: without user, password, query and fragment, which often hold secrets; where it is
// long its path is left out as a whole, since part of a secret could not be recognised and masked.
std::string shown_url(std::string_view url);

// `h:8000`, `[::1]:8000`; without a port where it is empty.
std::string host_and_port(std::string_view host, std::string_view port);

// The same for display: on one line, and cut where it is longer than any real host name.
std::string shown_server(std::string_view host, std::string_view port);
std::string shown_server(std::string_view url);

}  // namespace monitor
