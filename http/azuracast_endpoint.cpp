#include "http/azuracast_endpoint.hpp"

#include <utility>

#include "http/auth/authenticator.hpp"

namespace http {
namespace {

AzuracastCall call_of(const Request& request) {
  return {request.authorization, request.content_type,   request.body,
          request.from_loopback, is_cross_site(request), request.is_forwarded};
}

}  // namespace

std::optional<Reply> AzuracastEndpoint::refusal_of(const Request& head) {
  if (head.method != "POST") {
    Reply reply = error_reply(405, "AzuraCast's web hook needs POST");
    reply.headers = "Allow: POST\r\n";
    return reply;
  }
  const auto refused = http::refusal_of(call_of(head), password_);
  return refused ? std::optional(refuse(*refused)) : std::nullopt;
}

Reply AzuracastEndpoint::answer(const Request& request) {
  AzuracastResult result = handle_azuracast_hook(call_of(request), password_);
  if (!result.report) return refuse(result);
  record_.accepted();
  if (on_report_) on_report_(std::move(*result.report), !password_.empty());
  return error_reply(result.status, result.message);
}

Reply AzuracastEndpoint::refuse(const AzuracastResult& result) {
  Reply reply = error_reply(result.status, result.message);
  if (result.status == 401 && !password_.empty()) {
    reply.headers = "WWW-Authenticate: " + std::string(azuracast_challenge) + "\r\n";
  }
  reply.hook_warning = note_refusal(result.status, result.message);
  return reply;
}

std::string AzuracastEndpoint::note_refusal(unsigned status, std::string_view message) {
  return record_.refused(status, message, std::chrono::steady_clock::now());
}

}  // namespace http
