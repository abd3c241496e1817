#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace monitor::probes {

// Reads an HTTP reply (or Shoutcast's, whose first line is `ICY 200 OK`) piece by piece, as far as
// a probe needs it: the header, and the beginning of the body without chunk framing. Keeps at most
// `header_limit` and what it was made to keep of the body.
class HttpReply {
 public:
  static constexpr std::size_t header_limit = 64 * 1024;  // bytes
  static constexpr std::size_t body_limit = 16 * 1024;    // bytes; enough to know media by

  static constexpr int redirect_limit = 5;

  enum class Phase : std::uint8_t {
    header,
    body,
    complete,  // no more of the body will come, or is wanted
    no_http,   // the first bytes are of no reply
    too_long,  // the header is
    broken,    // the chunks are
  };

  explicit HttpReply(std::size_t body_kept = body_limit) : body_kept_(body_kept) {}

  void feed(std::string_view bytes);
  void end_of_stream();

  Phase phase() const { return phase_; }
  // From phase `body` on.
  int status() const { return status_; }
  // By its name in lower case; empty where there is none, the values one after the other where
  // there are several.
  std::string header(std::string_view name) const;
  // Elsewhere: a client goes there, but no more than `redirect_limit` times.
  bool is_redirect() const;
  // `Content-Type` in lower case, without parameters.
  std::string content_type() const;
  std::string_view body() const { return body_; }

 private:
  void read_header();
  bool begins_like_http() const;
  void take_body(std::string_view bytes);
  void take_chunked(std::string_view bytes);
  void take_chunk_line(char c);
  void keep(std::string_view bytes);

  std::size_t body_kept_;  // bytes
  Phase phase_ = Phase::header;
  std::string header_;
  int status_ = 0;
  std::string body_;
  bool chunked_ = false;
  std::optional<std::uint64_t> left_;  // bytes of the body, or of this chunk; chunked without a
                                       // value: its line is being read
  std::string chunk_line_;
};

}  // namespace monitor::probes
