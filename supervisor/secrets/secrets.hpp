#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/secrets/credentials.hpp"

namespace supervisor {

// Finds the secrets in commands and settings and keeps them out of every text that leaves the
// program.
//
// Secret are: userinfo passwords of any URL (and the name, for RTMP); the last path component of an
// RTMP/RTMPS URL (the stream key) with its query; SRT's `streamid` and `passphrase`; values in
// query strings whose name speaks of a key, token, password, signature or authorisation; the values
// of options that carry credentials (-headers, -cookies, -auth, -password, -passphrase, -key, …).
// Each also percent-decoded, percent-encoded, JSON-escaped, and as the Base64 of Basic
// authorisation. The mask is `***`.
class Secrets {
 public:
  // Learns the secrets of a command.
  void learn(const std::vector<std::string>& argv);
  // Learns one secret as such (a token from the environment). Empty text is ignored.
  void learn(std::string_view secret);

  // Each argument, masked; same length and order. Needs no learning before.
  std::vector<std::string> mask_command(const std::vector<std::string>& argv) const;

  // A line of text (FFmpeg's stderr, an error message): learnt secrets, and credentials in URLs,
  // headers and `name=value` never seen before, by their form. A learnt secret that is shorter than
  // 6 characters or a word FFmpeg's own lines are full of ("stream", "output") is masked only as a
  // part of a URL, or on its own between delimiters behind one of `/ = : @`, so that a key called
  // "live" does not mask the word in every line; below 3 characters only as a part of a URL.
  // Masking twice changes nothing. Cheap for lines that hold nothing: called for every line that is
  // logged.
  std::string mask(std::string_view text) const;

 private:
  void learn_argument(std::string_view argument);
  void learn_option(std::string_view name, std::string_view value);
  void learn_header(std::string_view line);
  void learn_url(std::string_view text, const Url& url, Place place);
  void learn_stream_key(std::string_view key);
  void learn_value(std::string_view value);
  void learn_encodings(std::string_view secret);
  void add(std::string_view secret);
  std::string mask_as(std::string_view text, Place place) const;
  std::size_t weak_secret_at(std::string_view text, std::size_t at) const;

  std::vector<std::string> secrets_;  // masked wherever they stand; longest first
  std::vector<std::string> weak_;     // masked only between delimiters; longest first
};

}  // namespace supervisor
