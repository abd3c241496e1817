#pragma once

#include <cstddef>
#include <string_view>

#include "http/clock_reading.hpp"
#include "http/reply.hpp"
#include "http/snapshot_store.hpp"
#include "http/supervisor_api.hpp"

namespace http {

// The list of routes as JSON, for curl and for the live page (http/page/page.hpp).
Reply home(const SnapshotStore::View& view, std::string_view metrics_path);

// The description of every route and answer, OpenAPI 3.1: http/openapi.json.in, embedded.
Reply openapi();

// Of a control request: {"message"}, of a test of the alerts with {"receivers": […]}.
Reply outcome_reply(const Outcome& outcome);

// The answers below /api/v1. Names are decoded already; 404 where no stream has the name.

Reply streams(const SnapshotStore::View& view, const ClockReading& now);  // {"streams": […]}
Reply timeline(const SnapshotStore::View& view, const ClockReading& now);
Reply stream(const SnapshotStore::View& view, std::string_view name, const ClockReading& now);
// The newest small picture of what goes out.
Reply picture(const SnapshotStore::View& view, std::string_view name, const ClockReading& now);
Reply recovery_of(const SnapshotStore::View& view, std::string_view name, std::size_t limit,
                  const ClockReading& now);
Reply incidents(const SnapshotStore::View& view, std::size_t limit,
                const ClockReading& now);  // {"incidents": […]}, of all streams

inline constexpr std::size_t default_history = 10;
inline constexpr std::size_t default_incidents = 100;
inline constexpr std::size_t limit_max = 1000;

}  // namespace http
