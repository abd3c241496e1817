#include "http/request_path.hpp"

#include <utility>

#include "monitor/text/percent.hpp"

namespace http {
namespace {

constexpr std::pair<std::string_view, Control> controls[] = {
    {"start", Control::start}, {"stop", Control::stop}, {"restart", Control::restart}};

std::string_view name(Control control) {
  for (const auto& [word, value] : controls) {
    if (value == control) return word;
  }
  return "";
}

}  // namespace

std::string_view without_trailing_slash(std::string_view path) {
  const bool is_one = path.size() > 1 && path.ends_with('/') && !path.ends_with("//");
  if (is_one) path.remove_suffix(1);
  return path;
}

std::string decoded(std::string_view text) {
  if (!monitor::is_percent_encoded(text))
    throw BadRequest("the path has a broken percent encoding");
  return monitor::percent_decode(text);
}

std::optional<ControlRequest> control_request_of(std::string_view path) {
  if (path == reload_path) return ControlRequest{};
  if (!path.starts_with(streams_prefix)) return std::nullopt;
  const std::string_view rest = path.substr(streams_prefix.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  for (const auto& [word, control] : controls) {
    if (rest.substr(slash + 1) == word)
      return ControlRequest{control, decoded(rest.substr(0, slash))};
  }
  return std::nullopt;
}

std::string describe(const ControlRequest& request) {
  constexpr std::size_t shown = 100;  // bytes of the stream's name, which any client can send
  if (!request.control) return "reload of the configuration";
  return std::string(name(*request.control)) + " of stream \"" + request.stream.substr(0, shown) +
         '"';
}

}  // namespace http
