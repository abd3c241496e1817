#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/secrets/known_texts.hpp"
#include "supervisor/secrets/url_credentials.hpp"

namespace supervisor {

// Finds the secrets in commands and settings and keeps them out of every text that leaves the
// program.
//
// Secret is what stands where credentials stand, whatever it is called: the user information of any
// URL (of the name what is no plain user name), which reaches to the last `@` before the host; the
// stream's name in an RTMP URL with its query; the path of an HTTP URL that is published to, the
// last part of any other; each value of a query whose name is not known to be harmless; the values
// of options that carry credentials (-headers, -cookies, -passphrase, -rtmp_conn, …), in a tee's
// lists of options too. Each also percent-decoded, percent-encoded, JSON-escaped, and as the Base64
// of Basic authorisation. The mask is `***`.
class Secrets {
 public:
  Secrets() = default;

  // What is shown anyway, such as the name of a stream: where a secret is the same text, it is
  // masked as a short one is, and not behind `/streams/`. Before the secrets are learnt.
  void show(std::string_view name);
  // Learns the secrets of a command.
  void learn(const std::vector<std::string>& argv);
  // Learns one secret as such (a token from the environment). Empty text is ignored.
  void learn(std::string_view secret);

  // Each argument, masked; same length and order. Needs no learning before.
  std::vector<std::string> mask_command(const std::vector<std::string>& argv) const;

  // Where the secrets stand in each argument, ascending and apart. Needs no learning before.
  std::vector<std::vector<Span>> spans_of_command(const std::vector<std::string>& argv) const;

  // A line of text (FFmpeg's stderr, an error message): learnt secrets, and credentials in URLs,
  // headers and `name=value` never seen before, by their form. A learnt secret that is shorter than
  // 6 characters or a word FFmpeg's own lines are full of ("stream", "output") is masked only as a
  // part of a URL, or on its own between delimiters behind one of `/ = : @`, so that a key called
  // "live" does not mask the word in every line; below 3 characters only as a part of a URL.
  // Masking twice changes nothing. Cheap for lines that hold nothing: called for every line that is
  // logged.
  std::string mask(std::string_view text) const;

 private:
  struct Argument {
    bool is_value;  // of an option that carries a credential
    Use use;
  };
  // Learns what a text with a command in it holds, by its words.
  std::vector<Argument> read_command(const std::vector<std::string>& argv);
  void learn_argument(std::string_view argument, Use use);
  void learn_option(std::string_view name, std::string_view value);
  void learn_header(std::string_view line);
  void learn_url(std::string_view text, const Url& url, Place place, Use use);
  void learn_userinfo(std::string_view userinfo, bool rtmp);
  void learn_pieces(std::string_view password);
  void learn_query_value(std::string_view text, Span value);
  void learn_publish_key(std::string_view text, const Url& url);
  void learn_stream_key(std::string_view key);
  void learn_value(std::string_view value);
  void learn_encodings(std::string_view secret);
  void add(std::string_view secret);
  std::vector<Span> spans_in(std::string_view text, Place place, Use use) const;
  std::string mask_as(std::string_view text, Place place, Use use) const;
  std::size_t weak_secret_at(std::string_view text, std::size_t at) const;

  // Those of a command beside what is known already, without a copy of that. Valid as long as it.
  explicit Secrets(const Secrets* base) : base_(base) {}
  bool is_shown(std::string_view text) const;
  void add_learnt(std::string_view text, std::vector<Span>& spans) const;

  const Secrets* base_ = nullptr;  // null: there is none
  // Masked wherever they stand. Of a published URL: what is no secret by itself is one behind its
  // host, which is shown.
  KnownTexts secrets_;
  std::set<std::string, std::less<>> shown_;
  KnownPrefixes weak_;  // masked only between delimiters
};

}  // namespace supervisor
