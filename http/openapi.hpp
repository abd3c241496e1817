#pragma once

#include "http/reply.hpp"

namespace http {

// The description of every route and answer, OpenAPI 3.1: http/openapi.json.in, embedded.
Reply openapi();

}  // namespace http
