#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace supervisor {

// The variables that hold this program's own secrets. FFmpeg reads what strangers send, and has no
// use for them.
inline constexpr std::array own_secret_variables{"FFSUPERVISOR_TOKEN", "AZURACAST_API_KEY",
                                                 "AZURACAST_WEBHOOK_PASSWORD"};

// This program's environment as execve takes it, the null behind it included; own secrets only
// `with_own_secrets`. `changes`: `NAME=VALUE` in place of what NAME has here, a bare NAME is left
// out. Points into `environ` and `changes`: valid until a variable is set, as long as they live.
std::vector<char*> child_environment(bool with_own_secrets,
                                     std::span<const std::string_view> changes = {});

}  // namespace supervisor
