#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/cause.hpp"
#include "monitor/time.hpp"

namespace monitor {

// One thing that a command writes to: an output, or one leg of a tee. What is known of it from the
// command; they stand in the order of Endpoints::outputs.
struct Output {
  // What its connections show of whether it is taken.
  enum class Link : std::uint8_t {
    lasting,  // one TCP connection, for as long as it is put out
    by_part,  // one for each segment: that there is none shows nothing
    none,     // UDP, a file, a pipe, a listener
  };

  std::string name;  // unique among the command's
  Link link = Link::none;
  // FFmpeg puts out without its connection: a leg that a tee may lose, the fifo muxer. Any other
  // connects before it puts anything out, and ends with its connection.
  bool may_be_missing = false;
  bool reconnects = false;  // FFmpeg itself does: fifo with -attempt_recovery
  bool required = false;    // the stream is off air without it
  bool is_rtmp = false;
  bool is_published = false;  // by an FFmpeg of its own, whose supervision reports on it
  // Its server speaks before it takes any media: a connection without an answer is a kernel's
  // alone.
  bool awaits_answer = false;
  std::string unseen = {};  // why no witness sees whether it is taken; empty: one does

  bool operator==(const Output&) const = default;
};

// A sample of a connection has one bit for each.
inline constexpr std::size_t outputs_limit = 32;

// Order and names are those of radio_output_state.
enum class OutputState : std::uint8_t {
  starting,  // nothing has come out yet, or its connection is not there yet
  on_air,    // it is taken, as far as that can be seen
  lost,      // FFmpeg goes on without it
  stopped,   // no FFmpeg
  waiting,   // its publisher is connected, and nothing comes from the encoder
};
inline constexpr std::size_t output_state_count = 5;
std::string_view name(OutputState state);

// What is known of an output of the present FFmpeg, for display.
struct OutputReading {
  std::string name;
  OutputState state = OutputState::starting;
  std::string sentence = {};  // what is wrong, with figures; empty: nothing
};

// What the supervision of a published output says of it. A value; the last one stands.
struct OutputReport {
  std::string output;  // its name
  OutputState state = OutputState::starting;
  Cause cause = Cause::sink_lost;  // where it is lost or stopped
  std::string sentence = {};       // what is wrong, with figures; secrets already masked
  Instant since{};                 // of the state
  bool is_exhausted = false;       // its restarts did not bring it back
  bool awaits_media = false;       // the encoder gives it nothing that it could publish
};
using OutputReports = std::vector<OutputReport>;

}  // namespace monitor
