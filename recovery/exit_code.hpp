#pragma once

#include <cerrno>
#include <cstdint>
#include <optional>

namespace recovery {

// The supervisor's own exit codes (the contract's; 69 and 78 are sysexits.h's EX_UNAVAILABLE and
// EX_CONFIG, 126 and 127 the shell's).
namespace exit_code {
inline constexpr int internal_error = 1;
inline constexpr int usage = 2;
inline constexpr int not_reached = 3;  // of what asks a running instance
inline constexpr int gave_up = 69;
inline constexpr int command_invalid = 78;
inline constexpr int cannot_execute = 126;
inline constexpr int not_found = 127;
}  // namespace exit_code

// The exit code where a failed execve means a wrong command; empty where the failure is temporary
// (EAGAIN, ENOMEM, EMFILE, ETXTBSY, …).
constexpr std::optional<int> exit_code_of_exec_error(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return exit_code::not_found;
    case EACCES:
    case EPERM:
    case ENOEXEC:
    case EISDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case E2BIG:
      return exit_code::cannot_execute;
    default:
      return std::nullopt;
  }
}

// How far a command has ever come. A failed execve proves a wrong command only before it has run,
// FFmpeg's messages only before it was on air; later both are temporary failures.
enum class CommandTrial : std::uint8_t { untried, has_run, was_on_air, is_wrong };

}  // namespace recovery
