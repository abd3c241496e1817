#include "supervisor/child/descriptor_limit.hpp"

#include <algorithm>
#include <limits>

namespace supervisor {
namespace {

constexpr std::size_t running_need = 8;               // descriptors of a child that runs
constexpr std::size_t child_need = running_need + 4;  // … and that looks at its two ends
constexpr std::size_t reserve = 96;  // a launch, log, journal, alerts, dependencies, threads
constexpr std::size_t least_connections = 4;

rlimit present_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) limit = {1024, 1024};  // the kernel's own default
  return limit;
}

std::size_t count_of(rlim_t limit) {
  constexpr auto most = std::numeric_limits<std::size_t>::max();
  return limit == RLIM_INFINITY || limit > most ? most : static_cast<std::size_t>(limit);
}

// Before anything changes it.
rlimit& original() {
  static rlimit limit = present_limit();
  return limit;
}

}  // namespace

void raise_descriptor_limit() {
  rlimit raised = original();
  raised.rlim_cur = raised.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &raised);  // refused: it stays as it is
}

const rlimit& descriptor_limit_of_children() {
  return original();
}

std::size_t descriptor_limit() {
  return count_of(present_limit().rlim_cur);
}

std::size_t hard_descriptor_limit() {
  return count_of(present_limit().rlim_max);
}

std::optional<std::string> descriptor_warning(std::size_t limit, std::size_t streams,
                                              std::size_t children) {
  const std::size_t left = limit > reserve ? limit - reserve : 0;
  if (children * running_need <= left) return std::nullopt;
  const std::size_t allowed = left * streams / (children * running_need);
  return "the hard limit of open descriptors (RLIMIT_NOFILE) is " + std::to_string(limit) +
         ", which allows " + std::to_string(allowed) + " of the " + std::to_string(streams) +
         " streams to run at once; expected at least " +
         std::to_string(reserve + children * running_need) +
         " (LimitNOFILE= of systemd, --ulimit nofile= of Docker)";
}

std::size_t http_connections_limit(std::size_t descriptors, std::size_t children,
                                   std::size_t most) {
  const std::size_t needed = reserve + children * child_need;
  const std::size_t left = descriptors > needed ? descriptors - needed : 0;
  return std::clamp(left, least_connections, std::max(most, least_connections));
}

}  // namespace supervisor
