#include "http/request_path.hpp"

#include "monitor/text/percent.hpp"

namespace http {

std::string decoded(std::string_view text) {
  if (!monitor::is_percent_encoded(text))
    throw BadRequest("the path has a broken percent encoding");
  return monitor::percent_decode(text);
}

}  // namespace http
