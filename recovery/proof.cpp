#include "recovery/proof.hpp"

#include <algorithm>
#include <array>

namespace recovery {

namespace {

using monitor::Strength;
using std::chrono_literals::operator""s;

constexpr monitor::Duration for_ever = monitor::Duration::max();  // as long as its child's life

// tests/simulation/proofs.py deletes each row and sees the simulation fail.
// clang-format off
constexpr std::array table{
    Requirement{Act::give_up, Strength::proven, for_ever,
        "give the command up for good (exit 78)",
        "FFmpeg's own words, at the beginning of its own line, name a part of the command that no "
        "state of a machine, device, file or server can make right"},
    Requirement{Act::end_advancing, Strength::proven, 10s,
        "end FFmpeg while its output advances",
        "the kernel shows for the time-out that the server takes nothing (no acknowledged byte, or a "
        "window that falls by what is sent), alone or with the server's statistics; statistics "
        "alone are a warning"},
    Requirement{Act::end_standing, Strength::likely, 10s,
        "end FFmpeg when its output has stopped",
        "no advance for freeze_timeout, and no sign that FFmpeg waits rightfully"},
    Requirement{Act::end_waiting, Strength::likely, 10s,
        "end FFmpeg before its first output",
        "no output within startup_timeout; not where FFmpeg listens, and where its source has "
        "accepted the connection and is silent only after the longer waiting time"},
    Requirement{Act::spend_attempt, Strength::likely, 30s,
        "spend a restart attempt although the source may be to blame",
        "FFmpeg had output from the source, or a probe in the source's protocol got media"},
    Requirement{Act::wait_for_source, Strength::proven, for_ever,
        "wait for the source without trying FFmpeg",
        "a definite answer of the source's own server: not found, connection refused; FFmpeg is "
        "tried once each retry_interval even then"},
    Requirement{Act::come_on_air, Strength::likely, for_ever,
        "say on air, close the incident, resolve the alert",
        "output advances, and the kernel shows an established, acknowledged connection of an "
        "output; where no output can be seen, the output's advance"},
    Requirement{Act::look_at_source, Strength::likely, for_ever,
        "probe the source beside FFmpeg",
        "the source's last answer was not a refusal (401, 403, 407, 429, 453, Retry-After)"},
    Requirement{Act::send_second_term, Strength::proven, 5s,
        "send a second SIGTERM",
        "two seconds in which FFmpeg used no CPU and wrote no byte"},
};
// clang-format on

}  // namespace

std::span<const Requirement> requirements() {
  return table;
}

bool suffices(const Proof& proof, Act act, monitor::Instant now) {
  const auto row =
      std::ranges::find_if(table, [act](const Requirement& each) { return each.act == act; });
  if (row == table.end()) return true;
  const bool is_fresh = row->lasts == for_ever || now - proof.seen_at <= row->lasts;
  return is_fresh && proof.strength >= row->needs;
}

}  // namespace recovery
