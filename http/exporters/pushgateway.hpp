#pragma once

#include <string>
#include <string_view>

namespace http::exporters {

// The path of this supervisor's group below the Pushgateway's base URL:
// `/metrics/job/radio/instance/host`. Values that a path cannot hold use the `@base64` form.
std::string pushgateway_path(std::string_view job, std::string_view instance);

}  // namespace http::exporters
