// Whatever could be on air is, within its bound.

#include "tests/simulation/rules.hpp"

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

namespace {

constexpr Duration first_block = 4s;  // of a healthy child, at the latest
constexpr Duration launch_answer = 300ms;
constexpr Duration killed_within = 50ms;

}  // namespace

// Once nothing is in its way, the primary is on air within
//   restart_cooldown                       the longest delay, and the longest pace of vain returns
// + the probe interval, and two answers    a look that began before the end of the outage says
//                                          "missing"; the next one comes an interval later
// + the retry interval                     where FFmpeg itself is the look
// + stop_grace                             for the fallback to go
// + the launch and the first block.
// An answer that is lost costs 30 s.
void Rules::check_air(const StreamCore& core, Instant primary_free_since,
                      Instant fallback_free_since, Instant now) const {
  const Status& status = core.status();
  const bool is_wanted = people_want_it_ && policy_.enabled && policy_.restart != Restart::never &&
                         !status.ended && status.state != State::stopped;
  if (!is_wanted) return;
  const Duration interval = std::min(policy_.probe_interval, policy_.audio_stream.retry_interval);
  const Duration start = launch_answer + first_block + slack_ * 10;
  const Duration lost = scenario_.lost_answer > 0 ? 30s + interval : 0s;
  const Duration trials = std::max<Duration>(policy_.audio_stream.retry_interval, 10min);
  const Duration bound = policy_.restart_cooldown + interval + trials +
                         2 * Scenario::look_time_out + lost + policy_.stop_grace + killed_within +
                         start;
  require(status.state == State::on_air || now - primary_free_since <= bound,
          "the primary is on air within its bound once all faults end", "it is not");
  // The source is gone, nothing is wrong with fallback and sink.
  const Duration fallback_bound = policy_.restart_cooldown + 1s + start;
  require(status.fallback_since || fallback_is_wrong_ || stands_by_ ||
              now - fallback_free_since <= fallback_bound,
          "the fallback is on air within its bound while the source is gone", "it is not");
}

}  // namespace simulation
