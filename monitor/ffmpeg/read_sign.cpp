#include <algorithm>
#include <string>

#include "monitor/ffmpeg/own_words.hpp"
#include "monitor/ffmpeg/side.hpp"
#include "monitor/ffmpeg/sign_rank.hpp"
#include "monitor/ffmpeg/stderr_patterns.hpp"
#include "monitor/ffmpeg/stderr_reasons.hpp"

namespace monitor {
namespace {

using About = Phrase::About;

Side side_of_phrase(const Phrase& phrase, const LogLine& line, const Endpoints& endpoints) {
  switch (phrase.about) {
    case About::input:
      return Side::input;
    case About::output:
    case About::write:
      return Side::output;
    case About::what_is_read:
      return std::ranges::any_of(endpoints.inputs, may_change) ? Side::input : Side::output;
    case About::by_line:
      break;
  }
  LogLine own = line;
  if (phrase.quotes_peer) own.text = phrase.text.substr(0, phrase.text.find('*'));
  return side_of(own, endpoints);
}

// A device that is not there may come.
bool is_device(std::string_view endpoint) {
  return endpoint.starts_with("/dev/");
}

bool is_network(std::string_view endpoint) {
  return endpoint.find("://") != std::string_view::npos && !endpoint.starts_with("file:");
}

// The reason alone does not say so: a connection, too, may be denied by this machine.
bool is_local(const Reason& reason, Side side, const Endpoints& endpoints) {
  return reason.is_of_file && side == Side::input &&
         !std::ranges::all_of(endpoints.inputs, is_network);
}

std::optional<Sign> sign_of(const Reason& reason, Side side, bool is_write,
                            const Endpoints& endpoints) {
  if (side == Side::unknown && !reason.is_of_both()) return std::nullopt;
  auto cause = is_write ? reason.write : side == Side::input ? reason.input : reason.output;
  if (!cause) return std::nullopt;
  if (cause == Cause::command_invalid && std::ranges::any_of(endpoints.outputs, is_device)) {
    cause = Cause::sink_unreachable;
  }
  const std::uint8_t least = is_write ? rank::plain : 0;
  return Sign{.cause = *cause,
              .retryable = true,
              .rank = std::max(reason.rank, least),
              .is_local = is_local(reason, side, endpoints)};
}

// A redirect, a playlist leads to URLs that are not the command's; what has answered is known.
bool is_of_unknown_protocol(std::string_view url) {
  return !url.empty() && !url.starts_with("http") && !is_list(url);
}

// "Protocol not found" is the command's own where its URL cannot have led to another.
std::optional<Sign> sign_of_protocol(const LogLine& line, Side side, const Endpoints& endpoints) {
  if (side == Side::unknown || line.level < LogLevel::error) return std::nullopt;
  if (is_of_unknown_protocol(endpoint_of(line, endpoints))) {
    return Sign{Cause::command_invalid, false, rank::config};
  }
  const bool reads = side == Side::input;
  return Sign{reads ? Cause::source_unreachable : Cause::sink_unreachable, true, rank::vague};
}

// What an output could not be opened for may be the muxer's or the server's. A muxer that blames
// the command says so in a line of its own, which is stronger.
bool may_be_of_muxer(std::string_view reason, const Endpoints& endpoints) {
  return blames_a_word(reason) && std::ranges::none_of(endpoints.outputs, is_network);
}

// A reason that is not in the table.
std::optional<Sign> sign_of_unknown(std::string_view reason, Side side,
                                    const Endpoints& endpoints) {
  if (side == Side::unknown) return std::nullopt;
  if (side == Side::input) return Sign{Cause::source_unreachable, true, rank::vague};
  const bool of_muxer = may_be_of_muxer(reason, endpoints);
  return Sign{of_muxer ? Cause::command_invalid : Cause::sink_unreachable, true, rank::vague};
}

std::optional<Sign> sign_of_phrase(const Phrase& phrase, const OwnWords& words, const LogLine& line,
                                   const Endpoints& endpoints) {
  const Side side = side_of_phrase(phrase, line, endpoints);
  if (phrase.by_reason && words.reason == "Protocol not found") {
    return sign_of_protocol(line, side, endpoints);
  }
  const bool opens_output = phrase.by_reason && phrase.about == About::output && phrase.output;
  if (opens_output && may_be_of_muxer(words.reason, endpoints)) {
    return Sign{Cause::command_invalid, true, rank::vague};
  }
  if (const Reason* reason = phrase.by_reason ? find_reason(words.reason) : nullptr) {
    const bool is_known = side != Side::unknown || reason->is_of_both();
    const bool decides = is_known && !(opens_output && blames_a_word(words.reason));
    if (decides) return sign_of(*reason, side, phrase.about == About::write, endpoints);
  }
  const auto cause = side == Side::input ? phrase.input : phrase.output;
  if (!cause || (side == Side::unknown && phrase.input != phrase.output)) return std::nullopt;
  const bool is_proven = names_an_argument(words.text, phrase.text, phrase.names, endpoints);
  return Sign{*cause, !is_proven, phrase.rank, phrase.name_in_use};
}

std::optional<Sign> sign_of_words(const OwnWords& words, const LogLine& line,
                                  const Endpoints& endpoints) {
  const Phrase* phrase = find_phrase(line, words.text);
  // Said after a stop that was asked for.
  if (!(phrase && phrase->quotes_peer) && words.reason == "Immediate exit requested") return {};
  // Behind a URL FFmpeg says nothing but the reason, and that what comes from there is damaged.
  const bool behind_url = words.text.size() != line.text.size();
  if (phrase && (!behind_url || phrase->input == Cause::source_corrupt)) {
    return sign_of_phrase(*phrase, words, line, endpoints);
  }
  const bool has_subject = words.subject != Side::unknown;
  // Whose words stand before a reason, in a line of a library, is not known.
  if (!has_subject && !is_by_ffmpeg_itself(line)) return std::nullopt;
  const Side side = has_subject ? words.subject : side_of(line, endpoints);
  if (words.reason == "Protocol not found") return sign_of_protocol(line, side, endpoints);
  const bool is_fatal = has_subject && line.level >= LogLevel::error;
  const bool of_output = is_fatal && side == Side::output && blames_a_word(words.reason);
  const Reason* reason = of_output ? nullptr : find_reason(words.reason);
  if (reason) return sign_of(*reason, side, false, endpoints);
  return is_fatal ? sign_of_unknown(words.reason, side, endpoints) : std::nullopt;
}

// Behind a shell FFmpeg is not asked for levels: what it says may be of any. Such a line counts
// where it begins with a phrase of FFmpeg's own, as a warning does.
std::optional<Sign> sign_without_level(const LogLine& line, const Endpoints& endpoints) {
  const OwnWords words = own_words(line, endpoints);
  const Phrase* phrase = find_phrase(line, words.text);
  if (!phrase || phrase->quotes_peer) return std::nullopt;
  const auto sign = sign_of_phrase(*phrase, words, line, endpoints);
  return sign && sign->cause == Cause::command_invalid ? std::nullopt : sign;
}

}  // namespace

std::optional<Sign> read_sign(const LogLine& line, const Endpoints& endpoints) {
  if (!line.has_level) return sign_without_level(line, endpoints);
  if (line.level < LogLevel::warning) return std::nullopt;
  const auto sign = sign_of_words(own_words(line, endpoints), line, endpoints);
  const bool blames_command = sign && sign->cause == Cause::command_invalid;
  // A warning has never kept a command from running.
  if (line.level < LogLevel::error) return blames_command ? std::nullopt : sign;
  if ((!sign || blames_command) && is_of_hardware(line)) {
    return Sign{Cause::encoder_failed, true, rank::hint};
  }
  return sign;
}

}  // namespace monitor
