#include "http/azuracast_hook.hpp"

#include "http/auth/credentials.hpp"
#include "monitor/probes/azuracast/now_playing_reader.hpp"
#include "monitor/text/ascii.hpp"

namespace http {
namespace {

using std::string_view;

AzuracastResult refusal(unsigned status, std::string message) {
  return {status, std::move(message), std::nullopt};
}

std::optional<AzuracastResult> unauthorized(const AzuracastCall& call, string_view password) {
  if (password.empty()) {
    if (call.from_loopback && !call.is_forwarded) return std::nullopt;
    return refusal(401,
                   "no web hook password is set: only calls from loopback are accepted, and "
                   "none through a proxy, nor with headers that a proxy may have added");
  }
  const auto given = basic_password(call.authorization);
  if (!given) return refusal(401, "Basic authorization with the web hook's password is required");
  if (!is_same_secret(*given, password)) return refusal(401, "the password is wrong");
  return std::nullopt;
}

// `application/json`, with or without parameters. A page of another site cannot send this one
// without having asked.
bool is_json(string_view content_type) {
  const string_view type = monitor::trimmed(content_type.substr(0, content_type.find(';')));
  return monitor::equal_ignoring_case(type, "application/json") ||
         monitor::equal_ignoring_case(type, "text/json");
}

}  // namespace

std::optional<AzuracastResult> refusal_of(const AzuracastCall& call, string_view password) {
  if (call.is_cross_site)
    return refusal(403, "cross-site requests are refused: another site's page sent this one");
  if (auto refused = unauthorized(call, password)) return refused;
  if (!is_json(call.content_type)) return refusal(400, "the content type is not application/json");
  return std::nullopt;
}

AzuracastResult handle_azuracast_hook(const AzuracastCall& call, string_view password) {
  if (auto refused = refusal_of(call, password)) return std::move(*refused);
  if (call.body.size() > azuracast_body_bytes) return refusal(413, "the body is larger than 1 MiB");
  auto reading = monitor::probes::read_now_playing(call.body);
  if (!reading.is_json) return refusal(400, "the body is " + reading.problem);
  if (!reading.problem.empty())
    return refusal(422, "not AzuraCast's now-playing: " + reading.problem);
  if (reading.reports.size() != 1)
    return refusal(422, "not AzuraCast's now-playing: expected one station's, found " +
                            std::to_string(reading.reports.size()));
  return {200, "accepted", std::move(reading.reports.front())};
}

}  // namespace http
