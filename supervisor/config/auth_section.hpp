#pragma once

#include <string>

#include "supervisor/config/file_reading.hpp"
#include "supervisor/config/words.hpp"

namespace supervisor {

// `http.auth.basic_users`: name → bcrypt hash, as a text, {env: NAME} or {file: PATH}.
void read_basic_users(const Entry& entry, Config& config, FileReading& reading);

const WordTable<http::Protect>& protect_words();

// What FFSUPERVISOR_TOKEN may be. Throws Unexpected, without showing it.
std::string read_bearer_token(const std::string& text);

// Reads `http.auth.bearer_token_file` where no other token is set, and reports what of `http.auth`
// and `http.tls` does not fit together.
void finish_http(Config& config, Problems& problems);

// The token in the first line of a file. Throws Unreadable.
std::string read_token_file(const std::string& path);

}  // namespace supervisor
