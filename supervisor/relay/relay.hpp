#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "monitor/time.hpp"
#include "recovery/splice/splicer.hpp"
#include "supervisor/child/descriptor.hpp"

namespace supervisor {

// Which of a stream's outputs, counted from 0.
using OutputNumber = std::size_t;

// What became of what an output was given.
struct RelayCounts {
  OutputNumber output{};
  std::uint64_t written_bytes = 0;
  std::uint64_t dropped_bytes = 0;  // its queue was full, or it joined late
  std::size_t queued_bytes = 0;
};

// For which of the encoder's streams something stands in.
struct RelayCover {
  bool picture = false, sound = false;
  bool is_whole = false;      // nothing that the outputs get is the encoder's
  bool has_stand_in = false;  // … but for what is the encoder's, all is the stand-in's
  bool by_slate = false;      // it stands in for the picture, not the last key frame

  bool any() const { return picture || sound; }
  bool operator==(const RelayCover&) const = default;
};

// The outputs go on with something else: an encoder, or what stands in for it.
struct RelaySwitch {
  bool to_cover = false;
  monitor::Duration hole{};  // that was not filled before
};

// What the encoder's first stream of pictures is.
struct RelayPicture {
  recovery::splice::Codec codec{};
  recovery::splice::VideoParameters parameters;
  std::size_t key_frame_bytes = 0;  // of the first that was seen

  // A picture that stands in for the one stands in for the other.
  bool is_alike(const RelayPicture& other) const {
    return codec == other.codec && parameters == other.parameters;
  }
};

// The last key frame that the outputs were given, or what was in its place.
struct RelayKeyFrame {
  recovery::splice::Codec codec{};
  std::string bytes;      // a decoder needs no others; empty: there is none
  monitor::Instant at{};  // when the outputs were given a picture last
};

// The way of the media: from one pipe of the encoder, whichever encoder holds it, and that of what
// stands by, to the pipes of the publishers of that encode's outputs. Reads, writes and keeps time;
// what goes out is decided by the splicer. Never blocks: a publisher that does not read fills its
// own queue and delays nobody. Knows nothing of processes.
//
// Lives on the thread of its executor, where all of its members are called and its reports come
// from. Destruction closes every pipe.
class Relay {
 public:
  // Each may be empty. Not called any more after the destruction.
  struct Reports {
    // Publishers may start: their input tells all its streams. False: not all of them have shown
    // their parameters in time, and the publisher will know nothing of those.
    std::function<void(bool is_complete)> on_parameters_known = {};
    // The outputs have been given nothing for a second, what came in a burst being over, or the
    // encoder's pipe has ended; they are given something again.
    std::function<void(bool is_idle)> on_idle = {};
    // The encoder's parameters are others now: publishers must end, and begin with a new pipe. Each
    // output's pipe is closed once it has all of what was before.
    std::function<void()> on_reconnect_needed = {};
    std::function<void(OutputNumber output)> on_fell_behind = {};
    // The stand-in's picture, or its sound, is not such as the outputs have: it cannot be used.
    // Known when both have shown their parameters.
    // Once for each that begins.
    std::function<void(bool is_picture)> on_refused = {};
    // Edges only.
    std::function<void(const RelayCover& cover)> on_cover = {};
    std::function<void(const RelaySwitch& to)> on_switch = {};
    // The encoder has shown its first key frame, or one of other parameters than before.
    std::function<void(const RelayPicture& picture)> on_picture = {};
    // At most four times a second, where they have changed.
    std::function<void(std::vector<RelayCounts> counts)> on_counts = {};
    // After finish(): all outputs have what there was, and their pipes are closed.
    std::function<void()> on_finished = {};
  };

  Relay(boost::asio::any_io_executor executor, const recovery::splice::Options& options,
        Reports reports);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  // The read end of the pipe of an encoder that is about to be launched. What the one before has
  // left in its pipe is read first.
  void begin_encoder(Descriptor read);
  // The present encoder has been told to end: nothing that stands in makes way for it any more.
  void retire_encoder();
  // The read end of the pipe of one that stands by: it is read as well, and stands in where the
  // encoder gives nothing. One that was there before is left.
  void begin_stand_in(Descriptor read);
  // It has been told to end, and is left at once.
  void retire_stand_in();
  // The write end of the stdin of a publisher that is about to be launched. One that the output had
  // before is closed. `limits`: of what may wait for it.
  void attach(OutputNumber output, Descriptor write,
              const recovery::splice::QueueLimits& limits = {});
  // Others, from now on.
  void limit(OutputNumber output, const recovery::splice::QueueLimits& limits);
  // Closes the output's pipe.
  void detach(OutputNumber output);
  // What may stand in for an encoder that gives nothing; nothing does at first.
  void cover(const recovery::splice::CoverPolicy& policy);
  // The picture that does, where it fits; null: the last key frame.
  void set_slate(std::shared_ptr<const recovery::splice::Slate> slate);
  // A copy of it, of the first stream of pictures.
  RelayKeyFrame key_frame() const;
  // No encoder will come: once the present one's pipe has ended, what is queued is written and the
  // pipes of the outputs are closed; at the latest `patience` after the end of the media.
  void finish(monitor::Duration patience);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
