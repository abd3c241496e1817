#pragma once

// Private to the relay.

#include <array>
#include <cerrno>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <sys/uio.h>

#include "supervisor/relay/relay.hpp"

namespace supervisor {

// The pipe to one publisher, and its place in the queue. What it writes is the splicer's.
class RelayOutput {
 public:
  enum class Pumped : std::uint8_t { all, full, over, broken };

  RelayOutput(const boost::asio::any_io_executor& executor, OutputNumber number,
              recovery::splice::OutputId id)
      : number_(number), id_(id), pipe_(executor) {}

  // False: it cannot be waited for. A pipe that blocked would hold up every other output.
  bool open(Descriptor write) {
    boost::system::error_code error;
    pipe_.assign(write.get(), error);
    if (error) return false;
    write.release();
    pipe_.native_non_blocking(true, error);
    return !error;
  }

  // Writes what is queued until the pipe is full. `over`: there will be no more for this pipe.
  // `broken`: nobody reads it.
  Pumped pump(recovery::splice::Splicer& splicer) {
    std::array<recovery::splice::Bytes, pieces_at_once> pieces;
    for (;;) {
      const std::size_t count = splicer.gather(id_, pieces);
      if (count == 0) return splicer.state(id_).is_over ? Pumped::over : Pumped::all;
      std::array<iovec, pieces_at_once> parts;
      for (std::size_t i = 0; i < count; ++i) {
        parts[i] = {const_cast<std::uint8_t*>(pieces[i].data()), pieces[i].size()};
      }
      const ssize_t written =
          ::writev(pipe_.native_handle(), parts.data(), static_cast<int>(count));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return errno == EAGAIN ? Pumped::full : Pumped::broken;
      splicer.written(id_, static_cast<std::size_t>(written));
      written_bytes_ += static_cast<std::uint64_t>(written);
    }
  }

  RelayCounts counts(const recovery::splice::Splicer& splicer) const {
    const recovery::splice::OutputState state = splicer.state(id_);
    return {number_, written_bytes_, state.dropped_bytes, state.queued_bytes};
  }

  OutputNumber number() const { return number_; }
  recovery::splice::OutputId id() const { return id_; }
  boost::asio::posix::stream_descriptor& pipe() { return pipe_; }
  // Whether a wait for room in the pipe is under way.
  bool awaits_room = false;

 private:
  static constexpr std::size_t pieces_at_once = 16;

  OutputNumber number_;
  recovery::splice::OutputId id_;
  boost::asio::posix::stream_descriptor pipe_;
  std::uint64_t written_bytes_ = 0;
};

}  // namespace supervisor
