#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace supervisor {

// Finds the secrets in commands and settings and keeps them out of every text that leaves the program.
//
// Secret are: userinfo passwords of any URL (and the name, for RTMP); the last path component of an
// RTMP/RTMPS URL (the stream key) with its query; SRT's `streamid` and `passphrase`; values in query
// strings whose name speaks of a key, token, password, signature or authorisation; the values of
// options that carry credentials (-headers, -cookies, -auth, -password, -passphrase, -key, …).
// The mask is `***`.
class Secrets {
 public:
  // Learns the secrets of a command.
  void learn(const std::vector<std::string>& argv);
  // Learns one secret as such (a token from the environment). Empty text is ignored.
  void learn(std::string_view secret);

  // Each argument, masked; same length and order.
  std::vector<std::string> mask_command(const std::vector<std::string>& argv) const;

  // A line of text (FFmpeg's stderr, an error message): learnt secrets, whole URLs that hold them, and
  // credentials of URLs never seen before (by their form). A learnt secret shorter than 6 characters is
  // masked only where it stands as a part of a learnt URL or on its own between delimiters behind one
  // of `/ = : @`, so that a key called "live" does not eat the word in every line.
  // Cheap for lines that hold nothing: called for every line that is logged.
  std::string mask(std::string_view text) const;

 private:
  std::vector<std::string> secrets_;  // longest first
};

}  // namespace supervisor
