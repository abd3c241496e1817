#include "monitor/evidence.hpp"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <utility>

namespace monitor {
namespace {

std::string signal_name(int number) {
  if (const char* abbreviation = sigabbrev_np(number)) return std::string("SIG") + abbreviation;
  if (number >= SIGRTMIN && number <= SIGRTMAX)
    return "SIGRTMIN+" + std::to_string(number - SIGRTMIN);
  return "unknown";
}

}  // namespace

std::string describe(const ExitStatus& status) {
  if (status.signal) {
    return "signal " + std::to_string(*status.signal) + " (" + signal_name(*status.signal) + ")";
  }
  return "exit code " + std::to_string(status.code.value_or(0));
}

bool is_stale(const SignSeen& seen, const Evidence& evidence) {
  return evidence.first_advance && evidence.last_advance - seen.at > sign_lasts;
}

bool name_is_in_use(const Evidence& evidence) {
  return std::any_of(evidence.signs.begin(), evidence.signs.end(),
                     [](const SignSeen& seen) { return seen.sign.name_in_use; });
}

void remember(Evidence& evidence, SignSeen seen) {
  auto& signs = evidence.signs;
  std::erase_if(signs, [&](const SignSeen& old) { return is_stale(old, evidence); });

  const auto same = std::find_if(signs.begin(), signs.end(), [&](const SignSeen& old) {
    return old.sign == seen.sign && old.text == seen.text;
  });
  if (same != signs.end()) {
    same->at = seen.at;
    return;
  }

  signs.push_back(std::move(seen));
  if (signs.size() <= Evidence::signs_limit) return;
  signs.erase(std::min_element(signs.begin(), signs.end(), [](const auto& a, const auto& b) {
    return a.sign.rank < b.sign.rank;
  }));
}

}  // namespace monitor
