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

// Checks users' passwords against their bcrypt hashes. That takes tenths of a second by design, so
// a thread of its own does it, one at a time and few in the queue, and the last right one of each
// user is known again by its digest: neither a flood nor a scraper that logs in each time holds up
// anybody. For the HTTP thread.
class Passwords {
 public:
  // `waits` outlives it.
  Passwords(BasicUsers users, PendingCalls& waits);
  ~Passwords();  // waits for the check that is running
  Passwords(const Passwords&) = delete;

  enum class Verdict : std::uint8_t { right, wrong, busy };
  boost::asio::awaitable<Verdict> check(BasicCredentials given);

  static constexpr std::size_t queue_max = 4;

 private:
  struct Worker;
  std::string digest(const BasicCredentials& given) const;

  const BasicUsers users_;
  PendingCalls& waits_;
  std::string key_;                           // of the digests; random, of this process
  std::map<std::string, std::string> known_;  // user → digest of the password that was right
  std::size_t queued_ = 0;
  std::unique_ptr<Worker> worker_;  // from the first check on
};

// Whether it is the bcrypt hash of the password. Slow.
bool is_bcrypt_of(const std::string& hash, const std::string& password);

}  // namespace http
