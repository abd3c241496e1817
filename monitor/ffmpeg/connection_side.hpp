#pragma once

#include <cstdint>
#include <vector>

#include "monitor/connection_sample.hpp"
#include "monitor/ffmpeg/side.hpp"

namespace monitor {

// Which of the command's endpoints a connection serves. The first of these that is conclusive: the
// peer's port (and its address, where the URL has one) that stands only among the inputs or only
// among the outputs; the direction of the bytes (behind a proxy, after a redirect, both sides at
// one server); the port FFmpeg itself listens at. UDP has no byte totals: its local port, and
// of a socket without a peer, which side speaks UDP at all. Looks at everything in `connection` but
// its `side`.
Side side_of(const ConnectionSample& connection, const Endpoints& endpoints);

// Whether its addresses are those of one of the command's endpoints.
bool is_of_endpoint(const ConnectionSample& connection, const Endpoints& endpoints);

// How many inputs it may serve where an output is at the same address, so that the address tells
// nothing; else 0. FFmpeg opens its inputs first: that many of these connections are theirs.
std::size_t inputs_sharing(const ConnectionSample& connection, const Endpoints& endpoints);

// The TCP ports the command's endpoints have, in order, each once.
std::vector<std::uint16_t> tcp_ports_of(const Endpoints& endpoints);

}  // namespace monitor
