#pragma once

#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "http/auth/passwords.hpp"
#include "http/auth/throttle.hpp"
#include "http/pending_calls.hpp"
#include "http/reply.hpp"
#include "http/settings.hpp"

namespace http {

// Whom the gate let in, or why not.
struct Admission {
  std::string who;  // "token", "user NAME"; "nobody" without valid credentials
  std::optional<Reply> refusal;
};

// Asks for credentials: the bearer token, or a user's name and password. For the HTTP thread.
//   403  there are none to ask for: nobody is let in
//   401  none were brought, or wrong ones; WWW-Authenticate says which are taken
//   429  too many wrong ones came from this address; whatever it brings now
//   503  too many passwords are being looked at
// Secrets are compared in a time that does not tell where they differ.
class Gate {
 public:
  // `waits` outlives it.
  Gate(Auth auth, PendingCalls& waits)
      : auth_(std::move(auth)), passwords_(auth_.basic_users, waits) {}

  boost::asio::awaitable<Admission> admit(const Request& request);

 private:
  boost::asio::awaitable<Admission> admit_user(const Request& request);
  Admission refuse_wrong(const Request& request);
  Reply ask_for_credentials(std::string_view message) const;

  const Auth auth_;
  Passwords passwords_;
  Throttle throttle_;
};

// Whether a browser sends this on behalf of another site's page: it adds a user's password by
// itself, whoever asks it to.
bool is_cross_site(const Request& request);

}  // namespace http
