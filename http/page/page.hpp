#pragma once

#include "http/reply.hpp"

namespace http {

// The live page and the files it is made of, as embedded at build time: the same for everybody,
// without anything of the streams. What it shows it asks of the API, with the reader's token.

// False for a path that is none of its own, and for `/` where no HTML is asked for.
bool is_of_page(const Request& request);

// Where it is.
Reply page(const Request& request);

}  // namespace http
