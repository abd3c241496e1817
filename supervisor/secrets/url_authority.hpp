#pragma once

#include <cstddef>
#include <string_view>

namespace supervisor {

// Where the user information in front of a host ends. All are offsets in the text behind `://`.
struct Authority {
  std::size_t userinfo = 0;  // its end (the `@`); 0: there is none
  std::size_t host = 0;      // where the host begins
  // The end of user information by a second reading, where the first may not be what the user
  // meant: the last `@` before a host. 0: there is none.
  std::size_t doubtful = 0;
};

// As FFmpeg reads it: the last `@` in front of the first `/`, `?` or `#`. Where that gives no host,
// an unescaped one of these stands in the password, and the last `@` of all ends it.
Authority read_authority(std::string_view behind_scheme);

}  // namespace supervisor
