#include "http/auth/bcrypt.hpp"

#include <memory>

#include <crypt.h>

#include "http/auth/credentials.hpp"
#include "monitor/text/ascii.hpp"

namespace http {
namespace {

constexpr std::size_t password_bytes_max = 72;

std::string crypted(const std::string& password, const std::string& setting) {
  const auto room = std::make_unique<crypt_data>();  // 32 KiB
  const char* const made = crypt_r(password.c_str(), setting.c_str(), room.get());
  return made == nullptr ? std::string() : std::string(made);
}

}  // namespace

bool is_bcrypt_password(std::string_view password) {
  return password.size() <= password_bytes_max && password.find('\0') == std::string_view::npos;
}

bool is_bcrypt_of(const std::string& hash, const std::string& password) {
  if (!is_bcrypt_password(password)) return false;
  const std::string made = crypted(password, hash);
  return !made.empty() && made[0] != '*' && is_same_secret(made, hash);
}

int bcrypt_cost(std::string_view hash) {
  const bool is_one = hash.size() > 6 && hash[0] == '$' && hash[3] == '$' &&
                      monitor::is_digit(hash[4]) && monitor::is_digit(hash[5]);
  return is_one ? (hash[4] - '0') * 10 + (hash[5] - '0') : 0;
}

void spend_bcrypt(int cost) {
  std::string setting = "$2b$00$......................";
  setting[4] = static_cast<char>('0' + cost / 10);
  setting[5] = static_cast<char>('0' + cost % 10);
  crypted("", setting);
}

}  // namespace http
