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

std::optional<Control> control_of(std::string_view name) {
  for (const auto& [word, value] : controls) {
    if (word == name) return value;
  }
  return std::nullopt;
}

constexpr std::string_view outputs_infix = "/outputs/";

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
  if (path == alert_test_path) return ControlRequest{.tests_alerts = true};
  if (!path.starts_with(streams_prefix)) return std::nullopt;
  const std::string_view rest = path.substr(streams_prefix.size());
  const std::size_t last = rest.rfind('/');
  if (last == std::string_view::npos) return std::nullopt;
  const std::optional<Control> control = control_of(rest.substr(last + 1));
  if (!control) return std::nullopt;
  const std::string_view target = rest.substr(0, last);
  const std::size_t slash = target.find('/');
  if (slash == std::string_view::npos) return ControlRequest{control, decoded(target)};
  const std::string_view output = target.substr(slash);
  const bool is_output =
      output.starts_with(outputs_infix) && output.find('/', outputs_infix.size()) == output.npos;
  if (!is_output || output.size() == outputs_infix.size()) return std::nullopt;
  return ControlRequest{control, decoded(target.substr(0, slash)),
                        decoded(output.substr(outputs_infix.size()))};
}

std::string describe(const ControlRequest& request) {
  constexpr std::size_t shown = 100;  // bytes of a name, which any client can send
  if (request.tests_alerts) return "test of the alerts";
  if (!request.control) return "reload of the configuration";
  std::string what(name(*request.control));
  if (!request.output.empty()) what += " of output \"" + request.output.substr(0, shown) + '"';
  return what + " of stream \"" + request.stream.substr(0, shown) + '"';
}

}  // namespace http
