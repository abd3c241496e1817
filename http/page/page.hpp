#pragma once

#include "http/reply.hpp"

namespace http {

// The live page and its files, embedded at build time. They hold no data of the streams: the page
// requests that from the API, with the user's token.

// True for the path of one of these files; for `/` only where the client accepts HTML.
bool is_of_page(const Request& request);

// The file, or 304 where the client has it. Precondition: is_of_page(request).
Reply page(const Request& request);

}  // namespace http
