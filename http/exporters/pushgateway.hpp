#pragma once

#include <string>
#include <string_view>

namespace http::exporters {

// Where a Pushgateway keeps the group of this supervisor, below its base URL:
// `/metrics/job/radio/instance/host`. What a path cannot hold goes as its `@base64` form.
std::string pushgateway_path(std::string_view job, std::string_view instance);

}  // namespace http::exporters
