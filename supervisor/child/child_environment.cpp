#include "supervisor/child/child_environment.hpp"

#include <algorithm>
#include <string_view>

#include <unistd.h>

namespace supervisor {

namespace {

bool holds_own_secret(std::string_view variable) {
  const std::string_view name = variable.substr(0, variable.find('='));
  return std::ranges::find(own_secret_variables, name) != own_secret_variables.end();
}

}  // namespace

std::vector<char*> child_environment(bool with_own_secrets) {
  std::vector<char*> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (with_own_secrets || !holds_own_secret(*variable)) variables.push_back(*variable);
  }
  variables.push_back(nullptr);
  return variables;
}

}  // namespace supervisor
