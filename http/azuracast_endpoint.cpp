#include "http/azuracast_endpoint.hpp"

#include <utility>

#include "http/auth/authenticator.hpp"
#include "http/azuracast_hook.hpp"

namespace http {

Reply AzuracastEndpoint::answer(const Request& request) {
  if (request.method != "POST") {
    Reply reply = error_reply(405, "AzuraCast's web hook needs POST");
    reply.headers = "Allow: POST\r\n";
    return reply;
  }
  AzuracastResult result =
      handle_azuracast_hook({request.authorization, request.content_type, request.body,
                             request.from_loopback, is_cross_site(request), request.is_forwarded},
                            password_);
  Reply reply = error_reply(result.status, result.message);
  if (result.status == 401 && !password_.empty()) {
    reply.headers = "WWW-Authenticate: " + std::string(azuracast_challenge) + "\r\n";
  }
  if (!result.report) {
    reply.hook_warning = note_refusal(result.status, result.message);
    return reply;
  }
  record_.accepted();
  if (on_report_) on_report_(std::move(*result.report), !password_.empty());
  return reply;
}

std::string AzuracastEndpoint::note_refusal(unsigned status, std::string_view message) {
  return record_.refused(status, message, std::chrono::steady_clock::now());
}

}  // namespace http
