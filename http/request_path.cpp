#include "http/request_path.hpp"

#include <boost/url/pct_string_view.hpp>

namespace http {

std::string decoded(std::string_view text) {
  const auto result = boost::urls::make_pct_string_view({text.data(), text.size()});
  if (!result) throw BadRequest("the path has a broken percent encoding");
  return result->decode();
}

}  // namespace http
