#include "http/exporters/pushgateway.hpp"

#include <algorithm>

#include "monitor/text/base64.hpp"

namespace http::exporters {
namespace {

bool is_plain(std::string_view text) {
  constexpr std::string_view others = "-_.~";
  return !text.empty() && text.front() != '.' && std::ranges::all_of(text, [&](char c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
  });
}

std::string base64_for_urls(std::string_view text) {
  std::string encoded = monitor::base64(text);
  std::ranges::replace(encoded, '+', '-');
  std::ranges::replace(encoded, '/', '_');
  return encoded.empty() ? "=" : encoded;
}

std::string label(std::string_view name, std::string_view value) {
  std::string path = "/" + std::string(name);
  return is_plain(value) ? path + '/' + std::string(value)
                         : path + "@base64/" + base64_for_urls(value);
}

}  // namespace

std::string pushgateway_path(std::string_view job, std::string_view instance) {
  return "/metrics" + label("job", job) + label("instance", instance);
}

}  // namespace http::exporters
