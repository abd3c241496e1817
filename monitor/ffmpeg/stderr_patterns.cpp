// The table of FFmpeg's messages. Texts of 4.4 to 9, from real runs of 4.4, 5.1, 6.1, 7.1 and 9.0
// unless marked "source": read in FFmpeg's source only.
#include <algorithm>
#include <array>

#include "monitor/ffmpeg/side.hpp"
#include "monitor/ffmpeg/stderr_log.hpp"

namespace monitor {
namespace {

// How strong a sign is. Signs below Sign::telling also occur in streams that run on for days.
namespace rank {
constexpr std::uint8_t symptom = 10;    // a damaged packet
constexpr std::uint8_t follow_up = 20;  // closing what is lost already
constexpr std::uint8_t hint = 40;
constexpr std::uint8_t vague = 60;    // "Input/output error" and the like
constexpr std::uint8_t context = 90;  // repeats a plain line in other words
constexpr std::uint8_t plain = 100;
constexpr std::uint8_t exact = 110;  // more exact than the plain line that follows it
constexpr std::uint8_t config = 150;
constexpr std::uint8_t device = 160;  // behind a line that looks like a wrong command
constexpr std::uint8_t host = 200;
}  // namespace rank
static_assert(rank::hint < Sign::telling && Sign::telling <= rank::vague);

enum class Retry : std::uint8_t {
  always,
  never,
  if_live,  // no use where all that is read are files
  reading,  // what is read may turn up; where to write will not
};

// The characters of a text, two or three to a bit. A pattern with one that the line lacks needs no
// search: a warning costs 0.3 µs instead of 2.
constexpr std::uint64_t characters(std::string_view text) {
  std::uint64_t bits = 0;
  for (const char c : text)
    bits |= std::uint64_t{c != '*'} << (static_cast<unsigned char>(c) & 63U);
  return bits;
}

struct Pattern {
  std::string_view text;               // stands in the line; "A*B": A, and B somewhere behind it
  std::optional<Cause> input, output;  // what it means of what FFmpeg reads, of what it writes
  std::uint8_t rank = 0;
  Retry retry = Retry::always;
  bool name_in_use = false;
  bool by_side = false;  // meaningless unless it is known which of the two the line is about
  std::uint64_t needs = characters(text);
};

constexpr Pattern nothing(std::string_view text) {
  return {.text = text, .input = {}, .output = {}};
}
constexpr Pattern means(std::string_view text, Cause cause, std::uint8_t rank,
                        Retry retry = Retry::always) {
  return {.text = text, .input = cause, .output = cause, .rank = rank, .retry = retry};
}
constexpr Pattern wrong(std::string_view text, Retry retry = Retry::never) {
  return means(text, Cause::command_invalid, rank::config, retry);
}
constexpr Pattern either(std::string_view text, Cause input, Cause output, std::uint8_t rank,
                         Retry retry = Retry::always) {
  return {.text = text,
          .input = input,
          .output = output,
          .rank = rank,
          .retry = retry,
          .by_side = true};
}

using enum Cause;

// The first row that stands in the line counts.
constexpr std::array patterns{
    // Logged after a requested stop, or when the reader of the progress is gone.
    nothing("Immediate exit requested"),
    nothing("Error closing progress log"),
    nothing("Failed to update header with correct"),

    // host
    means("VIDIOC_STREAMON", source_refused,
          rank::plain),  // source; ENOSPC there: the USB bus is full
    means("No space left on device", host_disk_full, rank::host),
    means("Disk quota exceeded", host_disk_full, rank::host),         // source
    means("Cannot allocate memory", host_out_of_memory, rank::host),  // source

    // An accelerator that is busy or gone looks like an encoder with wrong options. All: source.
    means("OpenEncodeSessionEx failed", encoder_failed, rank::device),
    means("No capable devices found", encoder_failed, rank::device),
    means("Device creation failed", encoder_failed, rank::device),
    means("CUDA_ERROR", encoder_failed, rank::device),

    // drawtext's file may be written yet. Source.
    means("could not be read or is empty", command_invalid, rank::device),

    // A header that was not written because the server was missing.
    means("Could not write header*Broken pipe", sink_lost, rank::plain),
    means("Could not write header*Connection reset", sink_lost, rank::plain),
    means("Could not write header*timed out", sink_stalled, rank::plain),
    means("Could not write header*Input/output error", sink_lost, rank::plain),

    // the command
    wrong("Unrecognized option '"),
    wrong("Error splitting the argument list"),
    wrong("Option not found"),
    wrong("Missing argument for option"),
    wrong("Error setting option "),
    wrong("Error setting preset/tune"),
    wrong("invalid preset"),
    wrong("Unable to parse option value"),
    wrong("Undefined constant or missing '('"),
    wrong("Failed to set value '"),
    wrong("Error applying encoder options"),
    wrong("Error parsing options for"),
    wrong("Error parsing global options"),
    wrong("Failed to open progress URL"),
    wrong("is not an encoding option"),
    wrong("is not a decoding option"),  // source
    wrong("Unknown encoder '"),
    wrong("Unknown decoder '"),
    wrong("Encoder not found"),
    wrong("Error selecting an encoder"),
    wrong("Automatic encoder selection failed"),
    wrong("No such filter: '"),
    wrong("Filter not found"),
    wrong("Error parsing filterchain"),
    wrong("Error parsing a filter description"),
    wrong("Error initializing complex filters"),
    wrong("Error initializing filter"),
    wrong("Error reinitializing filters"),
    wrong("Unknown bitstream filter"),
    wrong("Bitstream filter not found"),
    wrong("rotocol not found"),
    wrong("Unknown input format: '"),
    wrong("Requested output format '"),
    wrong("Unable to find a suitable output format"),
    wrong("Unable to choose an output format"),
    wrong("At least one output file must be specified"),
    wrong("Invalid input file index"),
    wrong("matches no streams", Retry::if_live),
    wrong("does not contain any stream", Retry::if_live),
    wrong("already exists. Exiting."),
    wrong("not compatible with flv", Retry::if_live),
    wrong("not currently supported in container", Retry::if_live),
    wrong("Could not write header", Retry::if_live),
    wrong("Error while opening encoder"),
    wrong("Is a directory"),

    // damaged data: warnings of a stream that goes on
    means("Error parsing ADTS frame header", source_corrupt, rank::vague),
    means("Error applying bitstream filters", source_corrupt, rank::vague),
    means("rror while decoding", source_corrupt, rank::symptom),
    means("Error submitting packet to decoder", source_corrupt, rank::symptom),
    means("Error processing packet in decoder", source_corrupt, rank::hint),
    means("corrupt decoded frame", source_corrupt, rank::symptom),
    means("corrupt input packet", source_corrupt, rank::symptom),
    means("Packet corrupt (stream", source_corrupt, rank::symptom),
    means("Header missing", source_corrupt, rank::symptom),
    means("out of order", source_corrupt, rank::symptom),
    means("Non-monoton", source_corrupt, rank::symptom),
    means("Queue input is backward in time", source_corrupt, rank::symptom),
    means("non monotonically increasing dts", source_corrupt, rank::hint),
    means("Too many packets buffered for output stream", source_corrupt, rank::vague),
    means("moov atom not found", source_corrupt, rank::plain, Retry::if_live),

    // writing
    means("av_interleaved_write_frame()*: Invalid ", source_corrupt, rank::hint),
    means("Error submitting a packet to the muxer: Invalid ", source_corrupt, rank::hint),
    means("av_interleaved_write_frame()*timed out", sink_stalled, rank::plain),
    means("Error submitting a packet to the muxer*timed out", sink_stalled, rank::plain),
    means("av_interleaved_write_frame()", sink_lost, rank::plain),
    means("Error submitting a packet to the muxer", sink_lost, rank::plain),
    means("Error writing trailer", sink_lost, rank::follow_up),
    means("Error closing file", sink_lost, rank::follow_up),
    means("Slave muxer #*failed", sink_lost, rank::plain),
    means("All tee outputs failed", sink_lost, rank::plain),
    means("Recovery failed:", sink_lost, rank::vague),
    Pattern{.text = "Already publishing",
            .input = sink_rejected,
            .output = sink_rejected,
            .rank = rank::exact,
            .name_in_use = true},
    means("Nothing was written into output file", source_ended, rank::follow_up),
    means("Output file is empty", source_ended, rank::follow_up),

    // reading
    means("Stream ends prematurely", source_ended, rank::plain),
    means("Failed to reload playlist", source_unreachable, rank::context),
    means("Failed to open segment", source_unreachable, rank::context),
    means("failed too many times, skipping", source_unreachable, rank::context),
    means("keepalive request failed", source_unreachable, rank::vague),
    means("Will reconnect at*timed out", source_stalled, rank::vague),
    means("Will reconnect at", source_unreachable, rank::vague),

    // connecting
    either("Failed to resolve hostname", source_unreachable, sink_unreachable, rank::exact),
    either("Connection to *failed:", source_unreachable, sink_unreachable, rank::plain),
    either("Cannot open connection", source_unreachable, sink_unreachable, rank::context),
    either("RTMP handshake", source_unreachable, sink_unreachable, rank::context),
    either("Connection refused", source_unreachable, sink_unreachable, rank::plain),
    either("Network is unreachable", source_unreachable, sink_unreachable, rank::plain),
    either("No route to host", source_unreachable, sink_unreachable, rank::plain),

    // what the server answered
    either("Server error: ", source_refused, sink_rejected, rank::exact),
    either("HTTP error 404", source_missing, sink_rejected, rank::exact),
    either("returned 404", source_missing, sink_rejected, rank::exact),
    either("method *failed: 404", source_missing, sink_rejected, rank::exact),  // RTSP; source
    either("HTTP error 5", source_unreachable, sink_unreachable, rank::plain),
    either("returned 5XX", source_unreachable, sink_unreachable, rank::plain),  // source
    either("HTTP error 4", source_refused, sink_rejected, rank::exact),
    either("Server returned 4", source_refused, sink_rejected, rank::exact),
    either("method *failed: 4", source_refused, sink_rejected, rank::exact),  // RTSP; source
    either("Operation not permitted", source_refused, sink_rejected, rank::vague),
    either("Permission denied", source_refused, sink_rejected, rank::plain),

    // reasons at the end of a line that names a URL or a context
    either("No such file or directory", source_missing, command_invalid, rank::plain,
           Retry::reading),
    either("No such device", source_missing, sink_unreachable, rank::plain),
    either("Device or resource busy", source_refused, sink_rejected, rank::plain),
    either("Connection reset by peer", source_ended, sink_lost, rank::plain),
    either("Broken pipe", source_ended, sink_lost, rank::plain),
    either("timed out", source_stalled, sink_stalled, rank::plain),
    either("Input/output error", source_ended, sink_rejected, rank::vague),
    either("End of file", source_ended, sink_lost, rank::vague),
    either("Invalid data found when processing input", source_corrupt, source_corrupt, rank::vague,
           Retry::if_live),
    // glibc has a text for these; a static build against another C library may not. Source.
    either("Error number -104 ", source_ended, sink_lost, rank::plain),
    either("Error number -110 ", source_stalled, sink_stalled, rank::plain),
    either("Error number -111 ", source_unreachable, sink_unreachable, rank::plain),
};

bool stands_in(std::string_view line, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  const std::string_view first = pattern.substr(0, star);
  const std::size_t at = line.find(first);
  if (at == std::string_view::npos || star == std::string_view::npos) {
    return at != std::string_view::npos;
  }
  return line.find(pattern.substr(star + 1), at + first.size()) != std::string_view::npos;
}

bool retryable(Retry retry, Side side, const Endpoints& endpoints) {
  switch (retry) {
    case Retry::always:
      return true;
    case Retry::never:
      return false;
    case Retry::reading:
      return side == Side::input;
    case Retry::if_live:
      break;
  }
  return std::any_of(endpoints.inputs.begin(), endpoints.inputs.end(), is_live);
}

}  // namespace

std::optional<Sign> read_sign(const LogLine& line, const Endpoints& endpoints) {
  if (line.level < LogLevel::warning) return std::nullopt;
  const std::uint64_t has = characters(line.text);
  const auto row = std::find_if(patterns.begin(), patterns.end(), [&](const Pattern& pattern) {
    return (pattern.needs & ~has) == 0 && stands_in(line.text, pattern.text);
  });
  if (row == patterns.end()) return std::nullopt;

  const Side side = row->by_side ? side_of(line, endpoints) : Side::input;
  if (side == Side::unknown) return std::nullopt;
  const auto cause = side == Side::input ? row->input : row->output;
  if (!cause) return std::nullopt;
  // A warning has never kept a command from running.
  if (*cause == Cause::command_invalid && line.level < LogLevel::error) return std::nullopt;
  return Sign{*cause, retryable(row->retry, side, endpoints), row->rank, row->name_in_use};
}

}  // namespace monitor
