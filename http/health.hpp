#pragma once

#include "http/clock_reading.hpp"
#include "http/reply.hpp"
#include "http/snapshot_store.hpp"

namespace http {

// The three health answers: {"status", "message", "timestamp", "details"}.

// 200 while the supervising loop responds, else 503.
Reply liveness(bool alive, const ClockReading& now);
// 200 when every stream is on air, else 503.
Reply readiness(const SnapshotStore::View& view, const ClockReading& now);
// All components. 200 for healthy and degraded (on air, with a warning open or an escalation
// unresolved, or a dependency down), 503 for unhealthy (a stream is off air). `hook_problem`: of
// AzuraCast's web hook; empty while there is none.
Reply detailed(const SnapshotStore::View& view, const std::string& hook_problem,
               const ClockReading& now);

}  // namespace http
