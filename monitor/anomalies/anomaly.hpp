#pragma once

#include <string>

namespace monitor {

// A value that is unusual for this stream's history, though no limit is passed. Only reported; no
// action follows.
struct Anomaly {
  double score;          // from 1 on; the larger, the further out
  std::string sentence;  // with its figures
};

}  // namespace monitor
