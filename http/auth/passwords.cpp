#include "http/auth/passwords.hpp"

#include <chrono>
#include <stdexcept>

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <crypt.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace http {
namespace {

constexpr std::chrono::seconds check_timeout{10};  // a full queue of slow hashes on a busy machine
constexpr std::size_t key_bytes = 32;

}  // namespace

// Its thread inherits the HTTP thread's signal mask: all blocked.
struct Passwords::Worker {
  boost::asio::thread_pool pool{1};
};

Passwords::Passwords(BasicUsers users, PendingCalls& pending_calls)
    : users_(std::move(users)), pending_calls_(pending_calls), key_(key_bytes, '\0') {
  if (RAND_bytes(reinterpret_cast<unsigned char*>(key_.data()), key_bytes) != 1) {
    throw std::runtime_error("http.auth: cannot get random bytes");
  }
}

Passwords::~Passwords() {
  if (!worker_) return;
  worker_->pool.stop();
  worker_->pool.join();
}

boost::asio::awaitable<Passwords::Result> Passwords::check(BasicCredentials given) {
  const std::string seen = digest(given);
  const auto known = known_.find(given.user);
  if (known != known_.end() && is_same_secret(seen, known->second)) co_return Result::right;
  if (queued_ >= queue_max) co_return Result::busy;
  const auto user = users_.find(given.user);
  const bool exists = user != users_.end();
  // An unknown name takes as long as a wrong password, so that names cannot be guessed by timing.
  const std::string hash = exists ? user->second : users_.begin()->second;
  if (!worker_) worker_ = std::make_unique<Worker>();
  ++queued_;
  std::function<void(std::function<void(bool)>)> put =
      [&pool = worker_->pool, hash, password = given.password](std::function<void(bool)> answer) {
        boost::asio::post(pool, [=] {
          try {
            answer(is_bcrypt_of(hash, password));
          } catch (...) {
            // No memory: the request gets no answer in time, which is "busy".
          }
        });
      };
  const std::optional<bool> matches =
      co_await pending_calls_.ask<bool>(std::move(put), check_timeout);
  --queued_;
  if (!matches) co_return Result::busy;
  if (!*matches || !exists) co_return Result::wrong;
  known_[given.user] = seen;
  co_return Result::right;
}

std::string Passwords::digest(const BasicCredentials& given) const {
  const std::string text = given.user + '\0' + given.password;
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), bytes, &size);
  return {reinterpret_cast<const char*>(bytes), size};
}

bool is_bcrypt_of(const std::string& hash, const std::string& password) {
  const auto room = std::make_unique<crypt_data>();  // 32 KiB
  const char* const made = crypt_r(password.c_str(), hash.c_str(), room.get());
  return made != nullptr && made[0] != '*' && is_same_secret(made, hash);
}

}  // namespace http
