#include "supervisor/child/child_environment.hpp"

#include <algorithm>
#include <string_view>

#include <unistd.h>

namespace supervisor {

namespace {

std::string_view name_of(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

bool holds_own_secret(std::string_view variable) {
  return std::ranges::find(own_secret_variables, name_of(variable)) != own_secret_variables.end();
}

}  // namespace

std::vector<char*> child_environment(bool with_own_secrets,
                                     std::span<const std::string_view> changes) {
  std::vector<char*> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const bool is_changed =
        std::ranges::find(changes, name_of(*variable), name_of) != changes.end();
    const bool is_passed = with_own_secrets || !holds_own_secret(*variable);
    if (is_passed && !is_changed) variables.push_back(*variable);
  }
  for (const std::string_view change : changes) {
    const bool is_set = name_of(change).size() < change.size();
    if (is_set) variables.push_back(const_cast<char*>(change.data()));
  }
  variables.push_back(nullptr);
  return variables;
}

}  // namespace supervisor
