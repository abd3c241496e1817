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
// a thread of its own does one at a time and yields to the encoders, the queue is short and shared
// out by address, and the last correct password of each user is cached as a digest. So neither a
// flood nor a client that logs in with each request blocks others. A wrong password takes the same
// time whether there is such a user or not. For the HTTP thread.
class Passwords {
 public:
  // `pending_calls` outlives it.
  Passwords(BasicUsers users, PendingCalls& pending_calls);
  ~Passwords();  // waits for the running check
  Passwords(const Passwords&) = delete;

  // Whether it was correct before. Quick.
  bool knows(const BasicCredentials& given) const;

  enum class Result : std::uint8_t { right, wrong, busy };
  // `network`: of the client (network_of).
  boost::asio::awaitable<Result> check(BasicCredentials given, std::string network);

  static constexpr std::size_t queue_max = 4;
  static constexpr std::size_t queue_max_of_one = 2;  // network: one is checked, one waits

 private:
  struct Worker;
  boost::asio::awaitable<std::optional<bool>> ask_worker(const BasicCredentials& given);
  std::string digest(const BasicCredentials& given) const;

  const BasicUsers users_;
  const int cost_max_;  // of the hashes
  PendingCalls& pending_calls_;
  std::string key_;                           // of the digests; random, of this process
  std::map<std::string, std::string> known_;  // user → digest of the last correct password
  std::size_t queued_ = 0;
  std::map<std::string, std::size_t> queued_of_;  // by network
  std::unique_ptr<Worker> worker_;                // created by the first check
};

}  // namespace http
