#pragma once

#include <optional>

#include "monitor/cause.hpp"
#include "monitor/held.hpp"
#include "monitor/limits.hpp"
#include "monitor/progress.hpp"
#include "monitor/rates.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Says when the output falls behind real time: speed over the last 10 s below `ratio`, held.
class SpeedDetector {
 public:
  explicit SpeedDetector(const MinSpeed& limit);

  void on_progress(const Progress& block, Instant now);

  std::optional<Fault> check(Instant now) const;  // Fault{encoder_slow}, a warning
  Instant deadline() const;

 private:
  MinSpeed limit_;
  Rates rates_;
  Held below_;
};

}  // namespace monitor
