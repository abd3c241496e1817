#pragma once

// Private to the relay.

#include <cstddef>
#include <optional>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "monitor/time.hpp"
#include "recovery/splice/splicer.hpp"

namespace supervisor {

// The pipe of one FFmpeg whose media the relay reads, and what it is to the splicer.
struct RelayInput {
  static constexpr std::size_t chunk_bytes = 64 * 1024;  // one read at most; a pipe's usual size
  static constexpr std::size_t small_chunk = 4 * 1024;   // … of one ahead of its time

  RelayInput(const boost::asio::any_io_executor& executor, recovery::splice::Role of)
      : role(of), pipe(executor) {}

  bool is_encoder() const { return role == recovery::splice::Role::encoder; }

  recovery::splice::Role role;
  boost::asio::posix::stream_descriptor pipe;
  std::optional<recovery::splice::SourceId> source = {};  // while the pipe is open
  // It is ahead of its time until then.
  monitor::Instant read_again_at = monitor::Instant::min();
  std::size_t chunk = small_chunk;  // the next read's
  bool is_awaited = false;
};

}  // namespace supervisor
