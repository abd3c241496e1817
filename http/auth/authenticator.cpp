#include "http/auth/authenticator.hpp"

#include "http/auth/credentials.hpp"
#include "http/network.hpp"

namespace http {
namespace {

AuthResult refused(Reply refusal) {
  return {"nobody", std::move(refusal)};
}

Reply retry_later(unsigned status, std::string_view message, std::chrono::seconds wait) {
  Reply reply = error_reply(status, message);
  reply.headers = "Retry-After: " + std::to_string(wait.count()) + "\r\n";
  return reply;
}

Reply too_many_wrong(std::chrono::seconds wait) {
  return retry_later(429, "too many wrong credentials from this address", wait);
}

}  // namespace

boost::asio::awaitable<AuthResult> Authenticator::authenticate(const Request& request) {
  if (auth_.bearer_token.empty() && auth_.basic_users.empty()) {
    co_return refused(
        error_reply(403,
                    "control is disabled: no credentials are configured; set FFSUPERVISOR_TOKEN, "
                    "http.auth.bearer_token_file or http.auth.basic_users"));
  }
  if (request.authorization.empty()) {
    co_return refused(ask_for_credentials("credentials are required"));
  }
  if (is_token(request)) co_return AuthResult{"token", {}};
  if (bearer_token(request.authorization)) co_return refuse_wrong(request);
  co_return co_await authenticate_user(request);
}

bool Authenticator::is_token(const Request& request) const {
  const auto token = bearer_token(request.authorization);
  return token && !auth_.bearer_token.empty() && is_same_secret(*token, auth_.bearer_token);
}

bool Authenticator::recognizes(const Request& request) const {
  if (request.authorization.empty()) return false;
  if (is_token(request)) return true;
  const auto given = basic_credentials(request.authorization);
  return given && passwords_.knows(*given);
}

// Only what has to be looked up slowly is held up by others' wrong guesses.
boost::asio::awaitable<AuthResult> Authenticator::authenticate_user(const Request& request) {
  const auto given = basic_credentials(request.authorization);
  if (!given || auth_.basic_users.empty()) co_return refuse_wrong(request);
  const std::string who = "user " + given->user;
  if (passwords_.knows(*given)) co_return AuthResult{who, {}};
  if (const auto wait = login_throttle_.retry_after(request.peer, std::chrono::steady_clock::now()))
    co_return refused(too_many_wrong(*wait));
  const std::string network = network_of(request.peer);
  const auto verdict = co_await passwords_.check(*given, network);
  if (verdict == Passwords::Result::right) co_return AuthResult{who, {}};
  if (verdict == Passwords::Result::wrong) co_return refuse_wrong(request);
  co_return refused(
      retry_later(503, "too many password checks are pending", std::chrono::seconds(1)));
}

AuthResult Authenticator::refuse_wrong(const Request& request) {
  const auto now = std::chrono::steady_clock::now();
  if (const auto wait = login_throttle_.retry_after(request.peer, now))
    return refused(too_many_wrong(*wait));
  login_throttle_.on_failure(request.peer, now);
  return refused(ask_for_credentials("the credentials are wrong"));
}

Reply Authenticator::ask_for_credentials(std::string_view message) const {
  Reply reply = error_reply(401, message);
  if (!auth_.bearer_token.empty()) {
    reply.headers += "WWW-Authenticate: Bearer realm=\"ffsupervisor\"\r\n";
  }
  if (!auth_.basic_users.empty()) {
    reply.headers += "WWW-Authenticate: Basic realm=\"ffsupervisor\", charset=\"UTF-8\"\r\n";
  }
  return reply;
}

// Browsers send Sec-Fetch-Site over HTTPS and to localhost, and Origin with every POST. Other
// clients send neither.
bool is_cross_site(const Request& request) {
  if (!request.fetch_site.empty()) {
    return request.fetch_site != "same-origin" && request.fetch_site != "none";
  }
  if (request.origin.empty()) return false;
  const std::size_t host = request.origin.find("://");
  return host == std::string_view::npos || request.origin.substr(host + 3) != request.host;
}

}  // namespace http
