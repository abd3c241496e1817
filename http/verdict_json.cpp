#include "http/verdict_json.hpp"

#include "http/json.hpp"
#include "monitor/advice.hpp"

namespace http {

namespace json = boost::json;

json::value output_json(monitor::Cause cause, const std::string& output) {
  const bool is_sink = monitor::component_of(cause) == monitor::Component::sink;
  return is_sink && !output.empty() ? json::value(output) : json::value(nullptr);
}

json::value verdict_json(const std::optional<monitor::Verdict>& verdict) {
  if (!verdict) return nullptr;
  return {{"component", monitor::name(monitor::component_of(verdict->cause))},
          {"cause", monitor::name(verdict->cause)},
          {"output", output_json(verdict->cause, verdict->output)},
          {"confidence", monitor::name(verdict->confidence)},
          {"what_now", monitor::what_now(verdict->cause, verdict->is_local)},
          {"evidence", strings(verdict->evidence)}};
}

}  // namespace http
