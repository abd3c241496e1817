#pragma once

#include <string_view>

#include "http/reply.hpp"
#include "http/snapshot.hpp"

namespace http {

// A plain page that says what is here, for a person who opened the port in a browser.
Reply home(const Board::View& view, std::string_view metrics_path);

}  // namespace http
