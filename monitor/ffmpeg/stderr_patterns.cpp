// The table of FFmpeg's phrases. Texts of 4.4 to 9, from real runs of 4.4, 5.1, 6.1, 7.1 and 9.0
// unless marked "source": read in FFmpeg's source only.
#include "monitor/ffmpeg/stderr_patterns.hpp"

#include <algorithm>
#include <array>

#include "monitor/ffmpeg/own_words.hpp"
#include "monitor/ffmpeg/sign_rank.hpp"

namespace monitor {
namespace {

using enum Cause;
using enum Phrase::About;

constexpr std::string_view ffmpeg_itself = "#";  // no library: without a context, or `out#0`, …

constexpr Phrase nothing(std::string_view text) {
  return {.text = text, .input = {}, .output = {}};
}
constexpr Phrase means(std::string_view text, Cause cause, std::uint8_t rank,
                       std::string_view by = {}) {
  return {.text = text, .by = by, .input = cause, .output = cause, .rank = rank};
}
// Whether the command alone is to blame depends on what it reads, or on a device.
constexpr Phrase wrong(std::string_view text, std::uint8_t rank = rank::config) {
  return means(text, command_invalid, rank);
}
// Nothing but the command can be to blame, where what is named stands in it.
constexpr Phrase proven(std::string_view by, std::string_view text, Naming naming) {
  return {.text = text,
          .by = by,
          .input = command_invalid,
          .output = command_invalid,
          .rank = rank::config,
          .names = naming};
}
constexpr Phrase either(std::string_view text, Cause input, Cause output, std::uint8_t rank) {
  return {.text = text, .input = input, .output = output, .rank = rank, .about = by_line};
}
// What follows is a server's: it is no FFmpeg's word.
constexpr Phrase answer(std::string_view by, std::string_view text, Cause input, Cause output,
                        std::uint8_t rank) {
  return {.text = text,
          .by = by,
          .input = input,
          .output = output,
          .rank = rank,
          .about = by_line,
          .quotes_peer = true};
}
// The reason at the end of the line decides, and the cause given only where it is not known.
constexpr Phrase with_reason(std::string_view text, Phrase::About about,
                             std::optional<Cause> cause = {}, std::uint8_t rank = rank::vague) {
  return {.text = text,
          .input = cause,
          .output = cause,
          .rank = rank,
          .about = about,
          .by_reason = true};
}

// The first that fits counts.
constexpr auto phrases = std::to_array<Phrase>({
    // Logged when the reader of the progress is gone; at each stop.
    nothing("Error closing progress log"),
    nothing("Failed to update header with correct"),

    // The USB bus is full; source
    means("ioctl(VIDIOC_STREAMON)", source_refused, rank::plain),

    // Before 4.4 and 4.3; they are the supervisor's.
    means("Unrecognized option 'stats_period'", encoder_failed, rank::device, ffmpeg_itself),
    means("Option 'direct' not found", encoder_failed, rank::device),

    // An accelerator that is busy or gone looks like an encoder with wrong options.
    means("OpenEncodeSessionEx failed", encoder_failed, rank::device),  // source
    means("No capable devices found", encoder_failed, rank::device),    // source
    means("Device creation failed", encoder_failed, rank::device),
    means("Device setup failed for ", encoder_failed, rank::device),
    means("No device available for decoder", encoder_failed, rank::device),
    means("A hardware device reference is required", encoder_failed, rank::device),

    // drawtext's file may be written yet.
    means("The text file '", command_invalid, rank::device),

    // Nothing but the command
    proven(ffmpeg_itself, "Unrecognized option '", Naming::quoted),
    proven(ffmpeg_itself, "Missing argument for option '", Naming::quoted),
    proven(ffmpeg_itself, "Invalid duration specification for ", Naming::last_word),
    proven(ffmpeg_itself, "Invalid duration for option ", Naming::last_word),  // since 6.1; source
    proven(ffmpeg_itself, "Invalid time specification for ", Naming::last_word),
    proven(ffmpeg_itself, "Invalid framerate value: ", Naming::last_word),
    proven(ffmpeg_itself, "Invalid frame size: ", Naming::last_word),
    proven(ffmpeg_itself, "Invalid aspect ratio: ", Naming::last_word),
    proven(ffmpeg_itself, "Unknown pixel format requested: ", Naming::last_word),
    proven(ffmpeg_itself, "Expected number for ", Naming::last_word),
    proven(ffmpeg_itself, "Expected int", Naming::last_word),
    proven(ffmpeg_itself, "The value for ", Naming::first_word),
    proven(ffmpeg_itself, "Invalid loglevel \"", Naming::quoted),
    proven(ffmpeg_itself, "Invalid input file index: ", Naming::last_word),
    proven(ffmpeg_itself, "Invalid file index ", Naming::first_word),
    proven(ffmpeg_itself, "Output with label '", Naming::quoted),
    proven(ffmpeg_itself, "Filter *has an unconnected output", Naming::first_word),
    proven(ffmpeg_itself, "Option *cannot be applied to", Naming::first_word),
    proven(ffmpeg_itself, "Codec AVOption *is not an encoding option", Naming::first_word),
    proven(ffmpeg_itself, "Codec AVOption *is not a decoding option", Naming::first_word),
    proven(ffmpeg_itself, "At least one output file must be specified", Naming::needless),
    proven(ffmpeg_itself, "Unknown encoder '", Naming::quoted),
    proven(ffmpeg_itself, "Unknown decoder '", Naming::quoted),
    proven(ffmpeg_itself, "Unknown input format: '", Naming::quoted),
    proven(ffmpeg_itself, "Error parsing bitstream filter sequence '*not found", Naming::quoted),
    proven({}, "Unknown bitstream filter", Naming::last_word),
    proven({}, "Requested output format '", Naming::quoted),
    proven({}, "Unable to find a suitable output format for '", Naming::quoted),
    proven({}, "Unable to choose an output format for '", Naming::quoted),
    proven({}, "Invalid stream specifier: ", Naming::last_word),
    proven({}, "Unable to parse option value \"", Naming::quoted),
    proven("Eval", "Undefined constant or missing '(' in '", Naming::quoted),
    proven({}, "Error setting option *to value", Naming::last_word),
    proven({}, "Option '*' not found", Naming::first_word),
    proven({}, "No such filter: '", Naming::quoted),
    proven({}, "No option name near '", Naming::quoted),
    proven({}, "Bad (empty?) label found in the following: \"", Naming::quoted),
    proven({}, "Mismatched '[' found in the following: \"", Naming::quoted),
    proven("x264", "invalid preset '", Naming::quoted),
    proven("x264", "invalid tune '", Naming::quoted),
    proven("x264", "invalid profile: ", Naming::last_word),
    proven("libx26", "Error setting profile ", Naming::last_word),
    proven("libx26", "Error setting preset/tune ", Naming::last_word),

    // The command, unless what it reads, a file or a device is to blame
    wrong("Stream map '*matches no streams"),
    wrong("Stream specifier *matches no streams"),
    wrong("File '*already exists. Exiting."),
    wrong("Video codec *not compatible with flv"),
    wrong("Audio codec *not compatible with flv"),
    wrong("Could not find tag for codec"),
    wrong("No mountpoint (path) specified"),
    wrong("Failed to open progress URL"),
    wrong("Automatic encoder selection failed"),  // source
    {.text = "Output file *does not contain any stream",
     .input = source_missing,
     .output = command_invalid,
     .rank = rank::config,
     .about = what_is_read},
    means("Error while opening encoder", encoder_failed, rank::vague),
    means("Error initializing output stream *Error while opening encoder", encoder_failed,
          rank::vague),
    means("Error while opening decoder", encoder_failed, rank::vague),
    with_reason("Error splitting the argument list", by_line, command_invalid, rank::context),
    with_reason("Failed to set value '", by_line, command_invalid, rank::context),
    with_reason("Error parsing options for", by_line, command_invalid, rank::context),
    with_reason("Error parsing global options", by_line, command_invalid, rank::context),
    with_reason("Error applying encoder options", by_line, command_invalid, rank::context),
    wrong("Encoder not found", rank::context),
    wrong("Error selecting an encoder", rank::context),
    wrong("Error parsing filterchain", rank::context),
    wrong("Error parsing a filter description", rank::context),
    wrong("Error initializing complex filters", rank::context),
    wrong("Error initializing filter", rank::context),
    wrong("Error reinitializing filters", rank::context),

    // damaged data: warnings of a stream that goes on
    means("Error parsing ADTS frame header", source_corrupt, rank::vague),
    means("Error applying bitstream filters", source_corrupt, rank::vague),
    means("Error while decoding", source_corrupt, rank::symptom),
    means("error while decoding", source_corrupt, rank::symptom),
    means("Error submitting packet to decoder", source_corrupt, rank::symptom),
    means("Error processing packet in decoder", source_corrupt, rank::hint),
    means("corrupt decoded frame", source_corrupt, rank::symptom),
    means("corrupt input packet", source_corrupt, rank::symptom),
    means("Packet corrupt (stream", source_corrupt, rank::symptom),
    means("Header missing", source_corrupt, rank::symptom),
    means("DTS *out of order", source_corrupt, rank::symptom),
    means("Non-monoton", source_corrupt, rank::symptom),
    means("Queue input is backward in time", source_corrupt, rank::symptom),
    means("Application provided invalid, non monotonically increasing dts", source_corrupt,
          rank::hint),
    means("Too many packets buffered for output stream", source_corrupt, rank::vague),
    means("moov atom not found", source_corrupt, rank::plain),

    // writing
    means("av_interleaved_write_frame()*: Invalid ", source_corrupt, rank::hint),
    means("Error submitting a packet to the muxer: Invalid ", source_corrupt, rank::hint),
    with_reason("av_interleaved_write_frame()", write, sink_lost, rank::plain),
    with_reason("Error submitting a packet to the muxer", write, sink_lost, rank::plain),
    means("Error writing trailer", sink_lost, rank::follow_up),
    means("Error closing file", sink_lost, rank::follow_up),
    with_reason("Slave muxer #", write, sink_lost, rank::plain),
    with_reason("Slave '", output, sink_unreachable),
    means("All tee outputs failed", sink_lost, rank::vague),
    with_reason("Recovery failed:", write, sink_lost, rank::vague),
    means("Nothing was written into output file", source_ended, rank::follow_up),
    means("Output file is empty", source_ended, rank::follow_up),

    // reading
    means("Stream ends prematurely", source_ended, rank::plain),
    means("Failed to reload playlist", source_unreachable, rank::context),
    means("Failed to open segment *of playlist", source_unreachable, rank::context),
    means("Segment *failed too many times, skipping", source_unreachable, rank::context),
    means("keepalive request failed", source_unreachable, rank::vague),
    means("Will reconnect at*timed out", source_stalled, rank::vague),
    means("Will reconnect at", source_unreachable, rank::vague),
    means("Impossible to open '", source_missing, rank::plain, "concat"),
    means("Cannot determine format of input stream", source_ended, rank::vague),

    // connecting
    either("Failed to resolve hostname", source_unreachable, sink_unreachable, rank::exact),
    either("Connection to *failed:", source_unreachable, sink_unreachable, rank::plain),
    with_reason("bind failed: ", by_line),
    either("Cannot open connection", source_unreachable, sink_unreachable, rank::context),
    either("Cannot read RTMP handshake", source_unreachable, sink_unreachable, rank::context),
    either("Cannot write RTMP handshake", source_unreachable, sink_unreachable, rank::context),

    // what the server answered
    {.text = "Server error: *lready publishing",
     .by = "rtmp",
     .input = sink_rejected,
     .output = sink_rejected,
     .rank = rank::exact,
     .quotes_peer = true,
     .name_in_use = true},
    answer("rtmp", "Server error: ", source_refused, sink_rejected, rank::exact),
    answer("http", "HTTP error 404", source_missing, sink_rejected, rank::exact),
    answer("http", "HTTP error 5", source_unreachable, sink_unreachable, rank::plain),
    answer("http", "HTTP error 4", source_refused, sink_rejected, rank::exact),
    answer("rtsp", "method *failed: 404", source_missing, sink_rejected, rank::exact),
    answer("rtsp", "method *failed: 5", source_unreachable, sink_unreachable, rank::plain),
    answer("rtsp", "method *failed: 4", source_refused, sink_rejected, rank::exact),

    // opening, as FFmpeg sums it up
    nothing("Error opening input file "),
    nothing("Error opening output file "),
    with_reason("Error opening input files", input),
    with_reason("Error opening output files", output),
    with_reason("Error opening input", input, source_unreachable),
    with_reason("Error opening output", output, sink_unreachable),
    with_reason("Error during demuxing", input, source_ended),
    with_reason("Error initializing the muxer", output),
    with_reason("Could not write header", output, sink_rejected),
});

bool is_said_by(const LogLine& line, std::string_view by) {
  return by == ffmpeg_itself ? is_by_ffmpeg_itself(line) : line.component.starts_with(by);
}

}  // namespace

const Phrase* find_phrase(const LogLine& line, std::string_view text) {
  const auto* row = std::ranges::find_if(phrases, [&](const Phrase& phrase) {
    return begins_with(text, phrase.text) && is_said_by(line, phrase.by);
  });
  return row == phrases.end() ? nullptr : row;
}

std::span<const Phrase> known_phrases() {
  return phrases;
}

}  // namespace monitor
