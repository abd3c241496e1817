#pragma once

#include <string>

namespace monitor {

// Something unlike its own history, though no limit is passed. For information; nothing is done
// about it.
struct Anomaly {
  double score;          // from 1 on; the larger, the further out
  std::string sentence;  // with the figures a person can check
};

}  // namespace monitor
