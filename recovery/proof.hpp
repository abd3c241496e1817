#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "monitor/cause.hpp"
#include "monitor/time.hpp"

namespace recovery {

// The acts that can do harm. Each rests on a proof: the harm of an act may not exceed it.
enum class Act : std::uint8_t {
  give_up,           // for ever: the command is wrong (exit 78)
  end_advancing,     // end an FFmpeg whose output advances
  end_standing,      // … whose output advanced and stands
  end_waiting,       // … that has not put out anything yet
  spend_attempt,     // of the restart budget, where the source may be to blame
  wait_for_source,   // without trying FFmpeg itself
  come_on_air,       // say "on air", close the incident, resolve the alert
  look_at_source,    // connect to it beside FFmpeg
  send_second_term,  // which makes FFmpeg drop what it has not written yet
};

// What an act rests on, and when that was seen.
struct Proof {
  monitor::Strength strength{};
  monitor::Instant seen_at{};
};

// A row of the table of proofs. What configuration, operator, track or schedule ask for needs none.
struct Requirement {
  Act act{};
  monitor::Strength needs{};
  monitor::Duration lasts{};    // an older proof is none
  std::string_view to{};        // "end FFmpeg while its output advances"
  std::string_view accepted{};  // the evidence that has the strength
};

// The table: the one place that says which act needs which proof.
std::span<const Requirement> requirements();

// Whether `proof` is enough for `act`. An act without a row needs none.
bool suffices(const Proof& proof, Act act, monitor::Instant now);

}  // namespace recovery
