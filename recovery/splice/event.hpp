#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

#include "recovery/splice/output_queues.hpp"
#include "recovery/splice/source.hpp"

namespace recovery::splice {

// A source has shown its first frame of any kind.
struct FirstFrame {
  SourceId source{};
};

// … and the first at which the programme can go over to it.
struct FirstKeyFrame {
  SourceId source{};
};

// It says which streams it has, for the first time or otherwise than before.
struct ProgramChanged {
  SourceId source{};
  std::size_t streams = 0;
  std::size_t left_out = 0;  // cannot be carried
};

// The stream has had nothing to show for `silent_after`. Media time: bursts are no silence.
struct StreamSilent {
  SourceId source{};
  StreamName stream;
};
struct StreamBack {
  SourceId source{};
  StreamName stream;
};

// From this frame on the programme's stream is the source's.
struct Switched {
  SourceId to{};
  std::optional<SourceId> from;
  StreamName stream;
  Duration hole{};  // in media time; negative where the new picture comes before the old one's end
};

// The programme's stream got nothing: something stands in for it from now on, until it is switched
// to a source again.
struct Covered {
  StreamName stream;
  Duration hole{};  // in media time, so far; it is filled where that is still possible
};

// Cover that cannot stand in for this stream: its parameters differ. Said once.
struct Refused {
  SourceId source{};
  StreamName stream;
};

// The streams or their parameters have changed so that publishers cannot follow: each output ends
// where the old programme ends (OutputState::is_over), and a new publisher attaches a new one.
struct ReconnectNeeded {
  SourceId source{};
};

// Publishers may start: each audio and video stream has shown its parameters; or not within
// `parameters_within`, and those that have not will be missing for their whole life.
struct ParametersKnown {
  bool is_complete = true;
};

// An output fell behind by more than its queue holds; it goes on at the newest key frame.
struct OutputFellBehind {
  OutputId output{};
};

using Event =
    std::variant<FirstFrame, FirstKeyFrame, ProgramChanged, StreamSilent, StreamBack, Switched,
                 Covered, Refused, ReconnectNeeded, ParametersKnown, OutputFellBehind>;

}  // namespace recovery::splice
