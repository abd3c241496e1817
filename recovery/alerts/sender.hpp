#pragma once

#include <string>

namespace recovery::alerts {

// Who sends an alert. A value.
struct Sender {
  std::string instance = {};  // the machine's name
  // Base URL of its live page, without a slash at the end; empty: it has none that others reach.
  std::string page = {};
};

}  // namespace recovery::alerts
