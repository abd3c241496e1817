#include "http/eviction.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "http/connections.hpp"

namespace http {
namespace {

using Phase = ConnectionPhase;

constexpr std::chrono::seconds stuck_after{1};  // an honest client on a LAN needs milliseconds
constexpr std::size_t few = 8;                  // a browser opens six connections

int rank_of(const ConnectionState& connection, SteadyTime now) {
  const bool is_old = now - connection.since >= stuck_after;
  switch (connection.phase) {
    case Phase::reading:
    case Phase::writing:
    case Phase::lingering:
      return is_old ? 0 : 2;
    case Phase::idle:
      return is_old ? 1 : 2;
    case Phase::answering:
    case Phase::streaming:
      break;
  }
  return 3;
}

bool has_fewer(const ConnectionsByNetwork::value_type& left,
               const ConnectionsByNetwork::value_type& right) {
  return left.second.size() < right.second.size();
}

// Of the largest network, or of all where that is small.
template <class Look>
void look_at_candidates(const ConnectionsByNetwork& connections, Look look) {
  const auto largest = std::max_element(connections.begin(), connections.end(), has_fewer);
  if (largest == connections.end()) return;
  const bool one_has_many = largest->second.size() > few;
  for (const auto& [network, members] : connections) {
    if (!one_has_many || members.size() == largest->second.size()) {
      std::ranges::for_each(members, look);
    }
  }
}

std::size_t unsent_of(const std::unordered_set<ConnectionState*>& members) {
  std::size_t bytes = 0;
  for (const ConnectionState* member : members) bytes += member->unsent_bytes;
  return bytes;
}

}  // namespace

ConnectionState* choose_victim(const ConnectionsByNetwork& connections, SteadyTime now) {
  ConnectionState* victim = nullptr;
  std::pair<int, SteadyTime> least;
  look_at_candidates(connections, [&](ConnectionState* candidate) {
    const std::pair order{rank_of(*candidate, now), candidate->since};
    if (victim != nullptr && order >= least) return;
    victim = candidate;
    least = order;
  });
  return victim;
}

ConnectionState* choose_slow_reader(const ConnectionsByNetwork& connections, SteadyTime now,
                                    std::chrono::milliseconds at_least,
                                    const ConnectionState* spared) {
  ConnectionState* victim = nullptr;
  std::size_t most = 0;
  for (const auto& [network, members] : connections) {
    const std::size_t bytes = unsent_of(members);
    if (bytes <= most) continue;
    ConnectionState* slowest = nullptr;
    for (ConnectionState* member : members) {
      const bool writes = member->phase == Phase::writing && member != spared;
      if (!writes || now - member->since < at_least) continue;
      if (slowest == nullptr || member->since < slowest->since) slowest = member;
    }
    if (slowest == nullptr) continue;
    victim = slowest;
    most = bytes;
  }
  return victim;
}

}  // namespace http
