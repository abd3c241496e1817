#include "http/auth/bcrypt.hpp"

#include <crypt.h>
#include <gtest/gtest.h>

namespace {

std::string hash_of(const std::string& password) {
  crypt_data room{};
  char salt[CRYPT_GENSALT_OUTPUT_SIZE];
  crypt_gensalt_rn("$2b$", 4, "0123456789abcdef", 16, salt, sizeof salt);
  return crypt_r(password.c_str(), salt, &room);
}

TEST(Bcrypt, KnowsAPasswordByItsHash) {
  const std::string hash = hash_of("open sesame");
  EXPECT_TRUE(http::is_bcrypt_of(hash, "open sesame"));
  EXPECT_FALSE(http::is_bcrypt_of(hash, "open sesame?"));
  EXPECT_FALSE(http::is_bcrypt_of("$2b$", "open sesame"));
}

TEST(Bcrypt, APasswordEndsWhereItEnds) {
  const std::string longest(72, 'x');
  EXPECT_TRUE(http::is_bcrypt_of(hash_of(longest), longest));
  EXPECT_FALSE(http::is_bcrypt_of(hash_of(longest), longest + "junk"));
  EXPECT_FALSE(http::is_bcrypt_of(hash_of("right"), std::string("right\0junk", 10)));
  EXPECT_FALSE(http::is_bcrypt_password(std::string(73, 'x')));
}

TEST(Bcrypt, TheCostStandsInTheHash) {
  EXPECT_EQ(http::bcrypt_cost(hash_of("a")), 4);
  EXPECT_EQ(http::bcrypt_cost("$2y$12$abc"), 12);
  EXPECT_EQ(http::bcrypt_cost("plain"), 0);
}

}  // namespace
