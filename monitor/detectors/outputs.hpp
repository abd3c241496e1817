#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/cause.hpp"
#include "monitor/connection_sample.hpp"
#include "monitor/ffmpeg/stderr_log.hpp"
#include "monitor/limits.hpp"
#include "monitor/output.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Judges each output of the command by itself: by its connection, where it has a lasting one that
// the kernel shows, and by what FFmpeg says of it. One that FFmpeg goes on without is a warning
// while another with a lasting connection is left, else the stream is off air.
//
// An output that was never seen connected is judged only where FFmpeg puts out without a
// connection; any other connects first, so it is the view that is incomplete (a proxy, a network
// namespace).
//
// A published output is judged by its own supervision, which reports on it: FFmpeg, here the
// encoder, has no connection to it.
class OutputsDetector {
 public:
  OutputsDetector(std::vector<Output> outputs, Duration stall_timeout);
  void adjust(const Limits& limits) { stall_timeout_ = limits.sink_stall_timeout; }
  // Another configuration of an FFmpeg that goes on: of one that publishes for itself nothing can
  // differ, of published outputs any may have come or gone.
  void set_outputs(const std::vector<Output>& outputs);

  void on_connections(const ConnectionSamples& all, Instant now);
  // Of published outputs. What is not among them stays as it was.
  void on_reports(const OutputReports& reports);
  void on_advance(Instant now);
  void on_sign(const Sign& sign, Instant now);
  // The process could not run until now: the time that passed counts for no fault.
  void rebase(Instant now);

  std::vector<Fault> check(Instant now) const;
  Instant deadline(Instant checked_at) const;

  // What the command writes to is known.
  bool is_known() const { return !legs_.empty(); }
  // One with a lasting connection is connected and acknowledged, and each that is required.
  bool is_connected() const;
  // None with a lasting connection is left, and FFmpeg puts out to another.
  bool goes_on_elsewhere(Instant now) const;
  // A published output is down, and its restarts have not brought it back.
  bool is_exhausted() const;
  bool is_published(std::string_view output) const;
  bool publishes() const;  // any
  // Of those that are published some are not down, and none of these has anything to publish.
  bool awaits_media() const;
  // The command of each published output that the stream cannot do without is wrong: of each
  // required one, or of all where none is required.
  bool are_all_wrong() const;
  // Of the connection of that id; empty where it is not known.
  std::string_view name_of(std::uint64_t connection) const;
  std::vector<std::string> names() const;
  std::vector<OutputReading> readings(Instant now) const;
  // Acknowledged in this life, by number; empty where it has no connection that could show it.
  std::optional<std::uint64_t> delivered_bytes(std::size_t output) const;
  // One sentence for each that cannot be seen.
  std::vector<std::string> unseen() const;

 private:
  struct Leg {
    Output output;
    bool is_connected = false;
    bool was_connected = false;
    bool is_unanswered = false;               // it has a connection, and nothing came on it
    Instant gone_at = Instant::min();         // was last connected
    std::optional<Instant> given_up_at = {};  // by FFmpeg, for the rest of its life
    std::optional<Instant> refused_at = {};   // a segment, the last time, by FFmpeg's own words
    unsigned refusals = 0;
    Cause refused = Cause::sink_rejected;
    std::optional<OutputReport> report = {};  // where it is published
    std::string peer = {};
    std::uint64_t delivered_bytes = 0;
  };
  // A connection that is there and whose it is.
  struct Link {
    std::uint64_t id;
    std::size_t leg;
    bool is_certain;  // it carries what is put out
    std::uint64_t counted_bytes;
  };

  void assign(const ConnectionSamples& all);
  void add_link(const ConnectionSample& sample, std::vector<Link>& links) const;
  std::optional<std::size_t> leg_for(const ConnectionSample& sample,
                                     const std::vector<Link>& links) const;
  const Link* link_of(std::uint64_t connection) const;
  void count(const ConnectionSample& sample, Link& link);

  bool is_judged(const Leg& leg) const;
  static bool is_refused(const Leg& leg, Instant now);
  static bool is_reported_down(const Leg& leg);
  static bool is_stopped_as_asked(const Leg& leg);
  Instant due(const Leg& leg) const;
  bool is_down(const Leg& leg, Instant now) const {
    return now >= due(leg) || is_refused(leg, now);
  }
  Instant since(const Leg& leg) const;
  bool is_off_air(Instant now) const;
  OutputState state(const Leg& leg, Instant now) const;
  static Cause cause(const Leg& leg);
  std::string sentence(const Leg& leg, Instant now) const;

  Duration stall_timeout_;
  std::vector<Leg> legs_;
  std::vector<Link> links_;
  std::optional<Instant> first_advance_;
  bool kernel_reports_ = false;
};

}  // namespace monitor
