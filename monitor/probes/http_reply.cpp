#include "monitor/probes/http_reply.hpp"

#include <algorithm>
#include <charconv>

#include "monitor/text/ascii.hpp"

namespace monitor::probes {
namespace {

using std::string_view;

constexpr string_view blanks = " \t\r";
constexpr std::size_t chunk_line_limit = 256;  // bytes; a length and extensions

// Behind the empty line that ends a header; servers of streams write `\n` alone, too.
std::size_t end_of_header(string_view text) {
  const std::size_t crlf = text.find("\n\r\n");
  const std::size_t lf = text.find("\n\n");
  if (lf < crlf) return lf + 2;
  return crlf == string_view::npos ? crlf : crlf + 3;
}

// 0 where the line holds none: `HTTP/1.0 200 OK`, `ICY 200 OK`.
int status_of(string_view header) {
  string_view line = header.substr(0, header.find('\n'));
  line.remove_prefix(std::min(line.find(' '), line.size()));
  line = trimmed(line, blanks);
  int status = 0;
  std::from_chars(line.data(), line.data() + line.size(), status);
  return status;
}

std::optional<std::uint64_t> number(string_view text, int base) {
  std::uint64_t value = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value, base);
  if (error != std::errc{} || end == text.data()) return std::nullopt;
  return value;
}

}  // namespace

void HttpReply::feed(string_view bytes) {
  if (phase_ == Phase::body) return take_body(bytes);
  if (phase_ != Phase::header) return;
  const std::size_t had = header_.size();
  header_ += bytes.substr(0, header_limit - had + 1);
  if (!begins_like_http()) {
    phase_ = Phase::no_http;
    return;
  }
  const std::size_t from = had < 2 ? 0 : had - 2;
  const std::size_t end = end_of_header(string_view(header_).substr(from));
  if (end == string_view::npos) {
    if (header_.size() > header_limit) phase_ = Phase::too_long;
    return;
  }
  const std::size_t size = from + end;
  header_.resize(size);
  read_header();
  feed(bytes.substr(size - had));
}

bool HttpReply::begins_like_http() const {
  const string_view start = header_;
  const auto agrees = [start](string_view word) {
    return start.substr(0, word.size()) == word.substr(0, start.size());
  };
  return agrees("HTTP/") || agrees("ICY ");
}

void HttpReply::read_header() {
  status_ = status_of(header_);
  if (status_ >= 100 && status_ < 200) {  // the real reply follows
    header_.clear();
    return;
  }
  if (status_ == 0) {
    phase_ = Phase::no_http;
    return;
  }
  phase_ = Phase::body;
  chunked_ = lowered(header("transfer-encoding")).find("chunked") != std::string::npos;
  if (!chunked_) left_ = number(header("content-length"), 10);
  if (left_ == 0 || status_ == 204) phase_ = Phase::complete;
}

void HttpReply::end_of_stream() {
  if (phase_ == Phase::body) phase_ = Phase::complete;
}

bool HttpReply::is_redirect() const {
  const bool knows_status =
      phase_ == Phase::body || phase_ == Phase::complete || phase_ == Phase::broken;
  return knows_status && status_ >= 300 && status_ < 400 && status_ != 304 &&
         !header("location").empty();
}

std::string HttpReply::header(string_view name) const {
  std::string values;
  string_view rest = header_;
  while (!rest.empty()) {
    const string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t colon = line.find(':');
    if (colon == string_view::npos || lowered(trimmed(line.substr(0, colon), blanks)) != name)
      continue;
    if (!values.empty()) values += ", ";
    values += trimmed(line.substr(colon + 1), blanks);
  }
  return values;
}

std::string HttpReply::content_type() const {
  const std::string value = lowered(header("content-type"));
  return std::string(trimmed(string_view(value).substr(0, value.find_first_of(";,")), blanks));
}

void HttpReply::take_body(string_view bytes) {
  if (chunked_) return take_chunked(bytes);
  if (left_) bytes = bytes.substr(0, *left_);
  if (left_) *left_ -= bytes.size();
  keep(bytes);
  if (left_ == 0) phase_ = Phase::complete;
}

void HttpReply::take_chunked(string_view bytes) {
  while (!bytes.empty() && phase_ == Phase::body) {
    if (!left_) {
      take_chunk_line(bytes.front());
      bytes.remove_prefix(1);
      continue;
    }
    const string_view data = bytes.substr(0, *left_);
    keep(data);
    bytes.remove_prefix(data.size());
    *left_ -= data.size();
    if (*left_ == 0) left_.reset();
  }
}

// The line with the length; the empty one that ends the chunk before is passed over.
void HttpReply::take_chunk_line(char c) {
  if (c != '\n') {
    chunk_line_ += c;
    if (chunk_line_.size() > chunk_line_limit) phase_ = Phase::broken;
    return;
  }
  const std::string line(trimmed(chunk_line_, blanks));
  chunk_line_.clear();
  if (line.empty()) return;
  left_ = number(line, 16);
  if (!left_) phase_ = Phase::broken;
  if (left_ == 0) phase_ = Phase::complete;
}

void HttpReply::keep(string_view bytes) {
  body_ += bytes.substr(0, body_kept_ - body_.size());
  if (body_.size() == body_kept_) phase_ = Phase::complete;
}

}  // namespace monitor::probes
