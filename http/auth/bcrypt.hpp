#pragma once

#include <string>
#include <string_view>

namespace http {

// Passwords and their bcrypt hashes. What is slow here takes tenths of a second, by design.

// bcrypt reads up to a NUL and no further than 72 bytes. A password that goes on behind that is
// none: whatever stood there, it would be taken.
bool is_bcrypt_password(std::string_view password);

// Whether it is the hash of the password. Slow.
bool is_bcrypt_of(const std::string& hash, const std::string& password);

// The base-2 logarithm of the work; 0: it is no hash.
int bcrypt_cost(std::string_view hash);

// Takes as long as a check against a hash of this cost. Slow.
void spend_bcrypt(int cost);

}  // namespace http
