#include "supervisor/child/parent_death.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "monitor/probes/kernel_file.hpp"
#include "monitor/text/ascii.hpp"

namespace supervisor {
namespace {

struct Rights {
  std::string users, groups;  // real, effective, saved, of the file system
  std::uint64_t capabilities = 0;
};

std::string_view field(std::string_view lines, std::string_view name) {
  while (!lines.empty()) {
    const std::string_view line = monitor::probes::next_part(lines, '\n');
    if (line.starts_with(name)) return monitor::trimmed(line.substr(name.size()));
  }
  return {};
}

std::optional<Rights> rights_of(const std::string& process) {
  std::array<char, 4096> buffer;
  const std::string_view status =
      monitor::probes::KernelFile("/proc/" + process + "/status").read(buffer);
  Rights rights{.users = std::string(field(status, "Uid:")),
                .groups = std::string(field(status, "Gid:"))};
  const std::string_view digits = field(status, "CapPrm:");
  const char* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, rights.capabilities, 16);
  const bool is_whole = !digits.empty() && read.ec == std::errc() && read.ptr == end;
  if (rights.users.empty() || rights.groups.empty() || !is_whole) return std::nullopt;
  return rights;
}

}  // namespace

bool keeps_parent_death_signal(pid_t child) {
  static const std::optional<Rights> own = rights_of("self");
  const auto its = rights_of(std::to_string(child));
  if (!own || !its) return false;
  const bool gained = (its->capabilities & ~own->capabilities) != 0;
  return its->users == own->users && its->groups == own->groups && !gained;
}

}  // namespace supervisor
