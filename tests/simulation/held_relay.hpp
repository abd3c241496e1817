#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "recovery/splice/splicer.hpp"
#include "tests/simulation/dice.hpp"

namespace simulation {

// The relay of a held stream without its I/O: the splicer and its queues, and pipes that are
// numbers. Says what supervisor/relay/relay.cpp says, when it says it.
class HeldRelay {
 public:
  enum class Edge { parameters_known, idle, busy, reconnect_needed };

  HeldRelay(Instant now, bool is_covered);

  void begin_encoder(Instant now);
  void feed(recovery::splice::Bytes bytes, Instant now);
  void end_encoder(Instant now);
  void finish();
  void pass(Instant now);  // at each turn

  // The pipe of a publisher that is about to be launched; one before it is closed.
  void attach(std::size_t output);
  void detach(std::size_t output);
  // What the publisher reads of its pipe.
  std::size_t read(std::size_t output, std::size_t at_most);
  // Its pipe is read to its end.
  bool is_at_end(std::size_t output) const;

  bool is_idle() const { return is_idle_; }
  // Nothing that the outputs get is the encoder's; that something is not.
  bool is_covered_whole() const { return is_covered() && splicer_.covers_all(); }
  bool is_covered() const { return !splicer_.covered().empty(); }
  std::uint64_t times_behind() const { return times_behind_; }
  std::vector<Edge> take_edges();

 private:
  struct Pipe {
    std::size_t output = 0;
    recovery::splice::OutputId id{};
    std::size_t bytes = 0;
    bool is_open = true;  // its write end
  };

  void note_media(Instant now);
  void take(recovery::splice::Splicer::Events events);
  void set_idle(bool is_idle);
  void pump_all();
  void pump(Pipe& pipe);
  void close(Pipe& pipe);
  const Pipe* find(std::size_t output) const;

  recovery::splice::Splicer splicer_;
  std::optional<recovery::splice::SourceId> source_;
  std::vector<Pipe> pipes_;
  std::vector<Edge> edges_;
  std::uint64_t frames_ = 0;  // given so far, as the relay counts them
  Instant lasts_until_{};     // what was given
  std::uint64_t times_behind_ = 0;
  bool is_idle_ = true;
  bool is_finishing_ = false;
  bool may_cover_ = false;
};

}  // namespace simulation
