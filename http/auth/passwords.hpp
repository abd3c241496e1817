#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "http/auth/credentials.hpp"
#include "http/pending_calls.hpp"
#include "http/settings.hpp"

namespace http {

// Checks users' passwords against their bcrypt hashes. A check takes tenths of a second by design:
// a thread of its own does one at a time, the queue is short, and the last correct password of each
// user is cached as a digest. So neither a flood nor a client that logs in with each request blocks
// others. For the HTTP thread.
class Passwords {
 public:
  // `pending_calls` outlives it.
  Passwords(BasicUsers users, PendingCalls& pending_calls);
  ~Passwords();  // waits for the running check
  Passwords(const Passwords&) = delete;

  enum class Result : std::uint8_t { right, wrong, busy };
  boost::asio::awaitable<Result> check(BasicCredentials given);

  static constexpr std::size_t queue_max = 4;

 private:
  struct Worker;
  std::string digest(const BasicCredentials& given) const;

  const BasicUsers users_;
  PendingCalls& pending_calls_;
  std::string key_;                           // of the digests; random, of this process
  std::map<std::string, std::string> known_;  // user → digest of the last correct password
  std::size_t queued_ = 0;
  std::unique_ptr<Worker> worker_;  // created by the first check
};

// Whether it is the bcrypt hash of the password. Slow.
bool is_bcrypt_of(const std::string& hash, const std::string& password);

}  // namespace http
