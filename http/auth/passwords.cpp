#include "http/auth/passwords.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http/auth/bcrypt.hpp"

namespace http {
namespace {

constexpr std::chrono::seconds check_timeout{10};  // a full queue of slow hashes on a busy machine
constexpr std::size_t key_bytes = 32;
// A tenth of the share of an encoder that wants the same core: guesses cost it little, and a login
// on a busy machine still comes to its end.
constexpr int niceness = 10;

void be_nice() {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness);
}

int highest_cost(const BasicUsers& users) {
  int cost = 0;
  for (const auto& [name, hash] : users) cost = std::max(cost, bcrypt_cost(hash));
  return cost;
}

// `hash` is empty where there is no such user. What is wrong takes as long as the costliest hash,
// so that no name can be told by the time: 2^c + 2^c + 2^(c+1) … + 2^(max-1) is 2^max.
bool is_right(const std::string& hash, const std::string& password, int cost_max) {
  if (hash.empty()) {
    spend_bcrypt(cost_max);
    return false;
  }
  if (is_bcrypt_of(hash, password)) return true;
  for (int cost = bcrypt_cost(hash); cost < cost_max; ++cost) spend_bcrypt(cost);
  return false;
}

}  // namespace

// Its thread inherits the HTTP thread's signal mask: all blocked.
struct Passwords::Worker {
  Worker() { boost::asio::post(pool, be_nice); }
  boost::asio::thread_pool pool{1};
};

Passwords::Passwords(BasicUsers users, PendingCalls& pending_calls)
    : users_(std::move(users)),
      cost_max_(highest_cost(users_)),
      pending_calls_(pending_calls),
      key_(key_bytes, '\0') {
  // The kernel's: OpenSSL's would initialise all of it, half a megabyte, though nothing uses TLS.
  if (::getentropy(key_.data(), key_bytes) != 0) {
    throw std::runtime_error("http.auth: cannot get random bytes");
  }
}

Passwords::~Passwords() {
  if (!worker_) return;
  worker_->pool.stop();
  worker_->pool.join();
}

bool Passwords::knows(const BasicCredentials& given) const {
  const auto known = known_.find(given.user);
  return known != known_.end() && is_same_secret(digest(given), known->second);
}

boost::asio::awaitable<Passwords::Result> Passwords::check(BasicCredentials given,
                                                           std::string network) {
  if (knows(given)) co_return Result::right;
  if (!is_bcrypt_password(given.password)) co_return Result::wrong;
  const auto queued = queued_of_.find(network);
  const bool is_full = queued != queued_of_.end() && queued->second >= queue_max_of_one;
  if (is_full || queued_ >= queue_max) co_return Result::busy;
  ++queued_;
  ++queued_of_[network];
  const std::optional<bool> matches = co_await ask_worker(given);
  --queued_;
  if (--queued_of_[network] == 0) queued_of_.erase(network);
  if (!matches) co_return Result::busy;
  if (!*matches) co_return Result::wrong;
  known_[given.user] = digest(given);
  co_return Result::right;
}

// Empty where there is no answer in time.
boost::asio::awaitable<std::optional<bool>> Passwords::ask_worker(const BasicCredentials& given) {
  if (!worker_) worker_ = std::make_unique<Worker>();
  const auto user = users_.find(given.user);
  const std::string hash = user == users_.end() ? std::string() : user->second;
  std::function<void(std::function<void(bool)>)> put =
      [&pool = worker_->pool, hash, password = given.password,
       cost = cost_max_](std::function<void(bool)> answer) {
        boost::asio::post(pool, [=] {
          try {
            answer(is_right(hash, password, cost));
          } catch (...) {
            // No memory: the request gets no answer in time, which is "busy".
          }
        });
      };
  co_return co_await pending_calls_.ask<bool>(std::move(put), check_timeout);
}

std::string Passwords::digest(const BasicCredentials& given) const {
  const std::string text = given.user + '\0' + given.password;
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes, &size);
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace http
