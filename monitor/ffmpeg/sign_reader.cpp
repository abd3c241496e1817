#include "monitor/ffmpeg/sign_reader.hpp"

#include <algorithm>

#include "monitor/ffmpeg/output_match.hpp"
#include "monitor/ffmpeg/stderr_patterns.hpp"

namespace monitor {
namespace {

// A quote begins behind a blank and does not end; an apostrophe does not count.
bool leaves_quote_open(std::string_view text) {
  const std::size_t last = text.rfind('\'');
  return last != std::string_view::npos && last > 0 && text[last - 1] == ' ' &&
         std::ranges::count(text, '\'') % 2 != 0;
}

bool is_of_endpoint(const Sign& sign) {
  const Component component = component_of(sign.cause);
  return component == Component::source || component == Component::sink;
}

}  // namespace

void SignReader::note_beginning(bool behind_return, bool is_status) {
  peer_ended_line_ = behind_return && (peer_ended_line_ || !behind_status_);
  behind_status_ = is_status;
  if (peer_ended_line_) peer_may_speak_ = true;
}

void SignReader::read_status(bool behind_return) {
  note_beginning(behind_return, true);
}

void SignReader::doubt(std::optional<Sign>& sign) const {
  if (!sign) return;
  const bool is_peers = server_refused_ || peer_ended_line_;
  if (is_peers && !is_of_endpoint(*sign)) return sign.reset();
  if (peer_may_speak_) sign->retryable = true;
}

std::optional<Sign> SignReader::read(const LogLine& line, bool behind_return) {
  note_beginning(behind_return, false);
  if (line.speaker == Speaker::another) return std::nullopt;
  auto sign = read_sign(line, endpoints_);
  if (line.speaker != Speaker::ffmpeg) doubt(sign);
  if (sign && component_of(sign->cause) == Component::sink) {
    sign->output = output_of(line, endpoints_);
    sign->gives_up_leg = gives_up_leg(line);
  }

  const Phrase* phrase = find_phrase(line, line.text);
  const bool quotes_peer = phrase && phrase->quotes_peer;
  if (quotes_peer || leaves_quote_open(line.text)) peer_may_speak_ = true;
  if (quotes_peer && phrase->by == "rtmp") server_refused_ = true;
  return sign;
}

}  // namespace monitor
