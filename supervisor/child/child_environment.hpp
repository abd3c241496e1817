#pragma once

#include <array>
#include <vector>

namespace supervisor {

// The variables that hold this program's own secrets. FFmpeg reads what strangers send, and has no
// use for them.
inline constexpr std::array own_secret_variables{"FFSUPERVISOR_TOKEN", "AZURACAST_API_KEY",
                                                 "AZURACAST_WEBHOOK_PASSWORD"};

// This program's environment as execve takes it, the null behind it included; own secrets only
// `with_own_secrets`. Points into `environ`: valid until a variable is set.
std::vector<char*> child_environment(bool with_own_secrets);

}  // namespace supervisor
