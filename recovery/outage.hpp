#pragma once

#include <cstdint>
#include <optional>

#include "monitor/time.hpp"

namespace recovery {

using monitor::Duration;
using monitor::Instant;

// Since when the audience has had nothing of a stream that is wanted, whatever recovery does about
// it meanwhile. A value.
class Outage {
 public:
  enum class Air : std::uint8_t {
    as_wanted,  // on air, or off air as asked
    covered,    // outputs are held: something stands in for the programme
    off,
  };

  // After each step. `last_good_at`: of the programme; empty: it never was on air, or was stopped
  // as asked since.
  void follow(Air air, std::optional<Instant> last_good_at, Instant now);

  std::optional<Instant> since() const { return since_; }
  // When it will have lasted for `after`; `monitor::never` while there is none, or without `after`.
  Instant lasts_for(std::optional<Duration> after) const;

  // How long there was nothing, this outage and those before it since `forget`; empty where an
  // earlier life of the supervisor knows of more.
  std::optional<Duration> in_all(Instant now) const;
  void forget() { *this = Outage(); }
  // An outage of an earlier life may go on.
  void resume() { is_all_known_ = false; }

 private:
  std::optional<Instant> since_;
  bool was_covered_ = false;
  Duration before_{};  // … the present one
  bool is_all_known_ = true;
};

}  // namespace recovery
