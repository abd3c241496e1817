#include "http/auth/gate.hpp"

#include "http/auth/credentials.hpp"

namespace http {
namespace {

Admission nobody(Reply refusal) {
  return {"nobody", std::move(refusal)};
}

Reply come_later(unsigned status, std::string_view message, std::chrono::seconds wait) {
  Reply reply = error_reply(status, message);
  reply.headers = "Retry-After: " + std::to_string(wait.count()) + "\r\n";
  return reply;
}

}  // namespace

boost::asio::awaitable<Admission> Gate::admit(const Request& request) {
  if (auth_.bearer_token.empty() && auth_.basic_users.empty()) {
    co_return nobody(
        error_reply(403,
                    "control is switched off: nobody has credentials; set FFSUPERVISOR_TOKEN, "
                    "http.auth.bearer_token_file or http.auth.basic_users"));
  }
  if (const auto wait = throttle_.wait_of(request.peer, std::chrono::steady_clock::now())) {
    co_return nobody(come_later(429, "too many wrong credentials came from this address", *wait));
  }
  if (request.authorization.empty()) {
    co_return nobody(ask_for_credentials("credentials are needed"));
  }
  if (const auto token = bearer_token(request.authorization)) {
    const bool right = !auth_.bearer_token.empty() && is_same_secret(*token, auth_.bearer_token);
    co_return right ? Admission{"token", {}} : refuse_wrong(request);
  }
  co_return co_await admit_user(request);
}

boost::asio::awaitable<Admission> Gate::admit_user(const Request& request) {
  const auto given = basic_credentials(request.authorization);
  if (!given || auth_.basic_users.empty()) co_return refuse_wrong(request);
  const auto verdict = co_await passwords_.check(*given);
  if (verdict == Passwords::Verdict::right) co_return Admission{"user " + given->user, {}};
  if (verdict == Passwords::Verdict::wrong) co_return refuse_wrong(request);
  co_return nobody(
      come_later(503, "too many passwords are being looked at", std::chrono::seconds(1)));
}

Admission Gate::refuse_wrong(const Request& request) {
  throttle_.on_failure(request.peer, std::chrono::steady_clock::now());
  return nobody(ask_for_credentials("the credentials are wrong"));
}

Reply Gate::ask_for_credentials(std::string_view message) const {
  Reply reply = error_reply(401, message);
  if (!auth_.bearer_token.empty()) {
    reply.headers += "WWW-Authenticate: Bearer realm=\"ffsupervisor\"\r\n";
  }
  if (!auth_.basic_users.empty()) {
    reply.headers += "WWW-Authenticate: Basic realm=\"ffsupervisor\", charset=\"UTF-8\"\r\n";
  }
  return reply;
}

// Sec-Fetch-Site is the browser's own word, where it gives it (HTTPS and localhost); Origin is
// there with every POST. Other clients send neither.
bool is_cross_site(const Request& request) {
  if (!request.fetch_site.empty()) {
    return request.fetch_site != "same-origin" && request.fetch_site != "none";
  }
  if (request.origin.empty()) return false;
  const std::size_t host = request.origin.find("://");
  return host == std::string_view::npos || request.origin.substr(host + 3) != request.host;
}

}  // namespace http
