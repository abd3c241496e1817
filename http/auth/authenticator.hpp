#pragma once

#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "http/auth/login_throttle.hpp"
#include "http/auth/passwords.hpp"
#include "http/pending_calls.hpp"
#include "http/reply.hpp"
#include "http/settings.hpp"

namespace http {

// The authenticated client, or the refusal.
struct AuthResult {
  std::string who;  // "token", "user NAME"; "nobody" without valid credentials
  std::optional<Reply> refusal;
};

// Checks credentials: the bearer token, or a user's name and password. For the HTTP thread.
//   403  no credentials are configured: control is disabled
//   401  missing or wrong; WWW-Authenticate has the accepted schemes
//   429  wrong ones, or a password that was not seen before, and too many wrong ones have come from
//        this address; the right token, and a password that was right before, are always heard
//   503  too many password checks are pending
// Secrets are compared in constant time.
class Authenticator {
 public:
  // `pending_calls` outlives it.
  Authenticator(Auth auth, PendingCalls& pending_calls)
      : auth_(std::move(auth)), passwords_(auth_.basic_users, pending_calls) {}

  boost::asio::awaitable<AuthResult> authenticate(const Request& request);

  // Whether it brings the token, or a password that was right before. Quick; counts nothing.
  bool recognizes(const Request& request) const;

 private:
  boost::asio::awaitable<AuthResult> authenticate_user(const Request& request);
  bool is_token(const Request& request) const;
  AuthResult refuse_wrong(const Request& request);
  Reply ask_for_credentials(std::string_view message) const;

  const Auth auth_;
  Passwords passwords_;
  LoginThrottle login_throttle_;
};

// Whether a browser sends this on behalf of another site's page (CSRF): it adds a stored password
// to any request.
bool is_cross_site(const Request& request);

}  // namespace http
