// The reasons at the end of FFmpeg's lines. A line of FFmpeg's own that ends with one is about that
// endpoint, whatever it begins with; of a library's, those that begin with a phrase that says so.
#include "monitor/ffmpeg/stderr_reasons.hpp"

#include <algorithm>
#include <array>

#include "monitor/ffmpeg/sign_rank.hpp"

namespace monitor {
namespace {

using enum Cause;

constexpr Reason always(std::string_view text, Cause cause, std::uint8_t rank) {
  return {.text = text, .input = cause, .output = cause, .write = cause, .rank = rank};
}
// `output` also of a write.
constexpr Reason by_side(std::string_view text, Cause input, Cause output, std::uint8_t rank) {
  return {.text = text, .input = input, .output = output, .write = output, .rank = rank};
}
constexpr Reason reached(std::string_view text, std::uint8_t rank = rank::plain) {
  return by_side(text, source_unreachable, sink_unreachable, rank);
}
constexpr Reason refused(std::string_view text, std::uint8_t rank) {
  return by_side(text, source_refused, sink_rejected, rank);
}
constexpr Reason of_file(Reason reason) {
  reason.is_of_file = true;
  return reason;
}

// The first that fits counts. "Source": read in FFmpeg's or glibc's source only.
constexpr auto reasons = std::to_array<Reason>({
    always("No space left on device", host_disk_full, rank::host),
    always("Disk quota exceeded", host_disk_full, rank::host),         // source
    always("File too large", host_disk_full, rank::host),              // RLIMIT_FSIZE
    always("Cannot allocate memory", host_out_of_memory, rank::host),  // source

    by_side("Server returned 404", source_missing, sink_rejected, rank::exact),
    reached("Server returned 5"),  // "5XX Server Error reply"; source
    refused("Server returned 4", rank::exact),

    reached("Connection refused"),
    reached("Network is unreachable"),
    reached("Network is down"),
    reached("No route to host"),
    reached("Host is down"),
    reached("Name or service not known"),
    reached("Temporary failure in name resolution"),
    reached("No address associated with hostname"),
    reached("Cannot assign requested address"),
    reached("Address already in use"),
    of_file(reached("No such device")),  // "… or address", too
    reached("No such process"),          // a sound server that does not run
    reached("Generic error in an external library", rank::vague),
    reached("Unknown error", rank::vague),

    of_file(refused("Permission denied", rank::plain)),
    of_file(refused("Device or resource busy", rank::plain)),
    {.text = "Operation not permitted",
     .input = source_refused,
     .output = sink_rejected,
     .write = sink_lost,
     .rank = rank::vague},
    {.text = "No such file or directory",
     .input = source_missing,
     .output = command_invalid,
     .write = sink_lost,
     .rank = rank::plain,
     .is_of_file = true},
    {.text = "Is a directory",
     .input = command_invalid,
     .output = command_invalid,
     .write = sink_lost,
     .rank = rank::config},

    by_side("Connection reset by peer", source_ended, sink_lost, rank::plain),
    by_side("Connection aborted", source_ended, sink_lost, rank::plain),
    by_side("Software caused connection abort", source_ended, sink_lost, rank::plain),
    by_side("Broken pipe", source_ended, sink_lost, rank::plain),
    by_side("Connection timed out", source_stalled, sink_stalled, rank::plain),
    by_side("Operation timed out", source_stalled, sink_stalled, rank::plain),
    {.text = "Input/output error",
     .input = source_ended,
     .output = sink_rejected,
     .write = sink_lost,
     .rank = rank::vague},
    by_side("End of file", source_ended, sink_lost, rank::vague),
    {.text = "Invalid data found when processing input",
     .input = source_corrupt,
     .output = {},  // blames_a_word()
     .write = source_corrupt,
     .rank = rank::vague},
    // glibc has a text for these; a static build against another C library may not. Source.
    by_side("Error number -104 ", source_ended, sink_lost, rank::plain),
    by_side("Error number -110 ", source_stalled, sink_stalled, rank::plain),
    by_side("Error number -111 ", source_unreachable, sink_unreachable, rank::plain),
});

}  // namespace

const Reason* find_reason(std::string_view reason) {
  const auto* row = std::ranges::find_if(
      reasons, [&](const Reason& known) { return reason.starts_with(known.text); });
  return row == reasons.end() ? nullptr : row;
}

std::span<const Reason> known_reasons() {
  return reasons;
}

bool blames_a_word(std::string_view reason) {
  constexpr auto texts = std::to_array<std::string_view>(
      {"Invalid argument", "Option not found", "Protocol not found", "Muxer not found",
       "Demuxer not found", "Encoder not found", "Decoder not found", "Filter not found",
       "Bitstream filter not found", "Function not implemented",
       "Invalid data found when processing input"});
  return std::ranges::find(texts, reason) != texts.end();
}

}  // namespace monitor
