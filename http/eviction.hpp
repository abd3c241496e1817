#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_set>

namespace http {

// Which connection gives way where there is room for no more. One address never takes the room of
// another: the victim is of the network (network_of) that has most. Where no network has many, all
// are looked at together. Of these goes first what has got stuck, then what is idle, then the one
// that has been in its phase the longest; so a client that has just come, and is answered at once,
// stays. Pure.

using SteadyTime = std::chrono::steady_clock::time_point;

// What a connection is doing. Each phase except `answering` and `streaming` has a time limit.
enum class ConnectionPhase : std::uint8_t {
  idle,       // between requests
  reading,    // a request has begun
  answering,  // in Routes, which limits itself
  streaming,  // an event stream with nothing to send at present
  writing,
  lingering,  // our side has shut down; the peer may still be reading the last answer
};

struct ConnectionState;
using ConnectionsByNetwork = std::map<std::string, std::unordered_set<ConnectionState*>>;

// Null where there is no connection at all.
ConnectionState* choose_victim(const ConnectionsByNetwork& connections, SteadyTime now);

// The one that has been writing the longest without progress, for at least `at_least`, of the
// network with the most unsent bytes; not `spared`. Null: none.
ConnectionState* choose_slow_reader(const ConnectionsByNetwork& connections, SteadyTime now,
                                    std::chrono::milliseconds at_least,
                                    const ConnectionState* spared);

}  // namespace http
