#include "monitor/launch_error.hpp"

#include <cerrno>
#include <system_error>

namespace monitor {

namespace {

std::string reason_of(int error_number) {
  return std::generic_category().message(error_number) + " (errno " + std::to_string(error_number) +
         ").";
}

std::string not_found(const std::string& program) {
  const std::string quoted = '"' + program + '"';
  if (program.find('/') != std::string::npos) {
    return quoted + " does not exist, or the interpreter that it names does not (errno " +
           std::to_string(ENOENT) + "). Write the path of an installed program in the command.";
  }
  const bool is_ffmpeg = program == "ffmpeg";
  return quoted + " is in none of the directories of PATH (errno " + std::to_string(ENOENT) +
         "). Install " + (is_ffmpeg ? "FFmpeg (Debian: apt install ffmpeg)" : "it") +
         ", or write its full path in the command.";
}

}  // namespace

std::string describe_launch_error(int error_number, const std::string& program) {
  const std::string what = "The command could not be started: ";
  if (program.empty()) return what + reason_of(error_number);
  switch (error_number) {
    case ENOENT:
      return what + not_found(program);
    case EACCES:
      return what + '"' + program + "\" may not be executed (errno " + std::to_string(EACCES) +
             "). Make it executable (chmod +x), and its file system mounted without noexec.";
    case ENOEXEC:
      return what + '"' + program + "\" is no program for this machine (errno " +
             std::to_string(ENOEXEC) + "). Install one that is built for its processor.";
    default:
      return what + reason_of(error_number);
  }
}

}  // namespace monitor
