#pragma once

#include <string_view>

namespace supervisor {

// Names of what carries credentials, and of what does not. Case is ignored.

// Of headers, query parameters and variables that speak of a credential, in a URL or a command.
bool is_secret_name(std::string_view name);

// The same in a line of text, where ordinary words stand too: only names that are never anything
// else, …
bool is_plain_secret_name(std::string_view name);
// … and these where the value is long enough for a credential (`pass=1` is a pass number).
bool may_be_secret_name(std::string_view name);

// Of headers whose value is a credential.
bool is_header_name(std::string_view name);

// Options (without dashes) whose value is, or carries, a credential.
bool is_credential_option(std::string_view name);

// Parameters of a URL whose value never is one: those of FFmpeg's protocols, of cameras and
// players. Every other parameter is a credential until it is listed here.
bool is_harmless_parameter(std::string_view name);

// The same of librtmp's options behind an RTMP URL.
bool is_harmless_rtmp_option(std::string_view name);

}  // namespace supervisor
