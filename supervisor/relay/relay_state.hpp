#pragma once

// Private to the relay: what its source files share.

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "monitor/time.hpp"
#include "supervisor/relay/relay.hpp"
#include "supervisor/relay/relay_input.hpp"
#include "supervisor/relay/relay_output.hpp"

namespace supervisor {

namespace asio = boost::asio;
namespace splice = recovery::splice;

struct Relay::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor executor, const splice::Options& options, Reports reports)
      : executor_(std::move(executor)),
        reports_(std::move(reports)),
        splicer_(options, std::chrono::steady_clock::now()),
        encoder_(executor_, splice::Role::encoder),
        stand_in_(executor_, splice::Role::cover),
        timer_(executor_) {}

  void begin_encoder(Descriptor read);
  void retire_encoder();
  void begin_stand_in(Descriptor read);
  void retire_stand_in();
  void attach(OutputNumber number, Descriptor write, const splice::QueueLimits& limits);
  void limit(OutputNumber number, const splice::QueueLimits& limits);
  void detach(OutputNumber number);
  void cover(const splice::CoverPolicy& policy);
  void set_slate(std::shared_ptr<const splice::Slate> slate);
  RelayKeyFrame key_frame() const;
  void finish(monitor::Duration patience);
  void close();

 private:
  static constexpr monitor::Duration counts_interval = std::chrono::milliseconds(250);

  static monitor::Instant now() { return std::chrono::steady_clock::now(); }

  // relay_input.cpp
  bool begin(RelayInput& input, Descriptor read);
  void await_inputs();
  void await(RelayInput& input);
  void read(RelayInput& input);
  void pace(RelayInput& input, monitor::Instant at);
  void read_rest();
  void end(RelayInput& input);
  void take(splice::Splicer::Events events);
  void note_media();
  bool is_leading(const splice::StreamName& stream) const;
  void note_cover(monitor::Duration hole);
  void note_picture();
  void set_idle(bool is_idle);

  // relay_outputs.cpp
  void pump_all();
  void pump(RelayOutput& output);
  void await_room(RelayOutput& output);
  RelayOutput* find(splice::OutputId id);
  RelayOutput* find(OutputNumber number);
  void drop(splice::OutputId id);
  void check_finished();

  // relay.cpp
  void arm();
  void on_timer();
  void report_counts();

  asio::any_io_executor executor_;
  Reports reports_;
  splice::Splicer splicer_;
  RelayInput encoder_, stand_in_;
  std::vector<std::unique_ptr<RelayOutput>> outputs_;
  asio::steady_timer timer_;
  monitor::Instant armed_for_ = monitor::never;
  std::uint64_t frames_ = 0;                                // that the outputs were given so far
  monitor::Instant lasts_until_ = monitor::Instant::min();  // what they were given
  monitor::Instant counts_at_ = monitor::never;             // while something moves
  std::vector<RelayCounts> past_counts_;  // of pipes before the present ones, by output
  std::uint64_t reported_bytes_ = 0;
  bool is_idle_ = true;
  bool has_had_output_ = false;
  bool may_cover_ = false;
  RelayCover cover_;
  std::optional<RelayPicture> picture_;            // as was reported
  bool has_been_on_ = false;                       // the encoder's own was given
  std::optional<monitor::Duration> patience_;      // finishing
  monitor::Instant gives_up_at_ = monitor::never;  // on outputs that take nothing, finishing
  bool has_finished_ = false;
};

}  // namespace supervisor
