#include "http/azuracast_hook.hpp"

#include <algorithm>
#include <cstdint>

#include "monitor/probes/azuracast_now_playing.hpp"

namespace http {
namespace {

using std::string_view;

constexpr std::size_t authorization_bytes = 4096;  // more is no password

AzuracastHeard refusal(unsigned status, std::string message) {
  return {status, std::move(message), std::nullopt};
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(string_view a, string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

string_view trimmed(string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

int sextet(char c) {
  constexpr string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t value = digits.find(c);
  return value == string_view::npos ? -1 : static_cast<int>(value);
}

std::optional<std::string> base64_decoded(string_view text) {
  if (text.size() % 4 == 0 && text.ends_with('=')) text.remove_suffix(text.ends_with("==") ? 2 : 1);
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : text) {
    const int value = sextet(c);
    if (value < 0) return std::nullopt;
    held = (held << 6 | static_cast<std::uint32_t>(value)) & 0xFFFF;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> bits & 0xFF);
  }
  return bytes;
}

std::optional<AzuracastHeard> unauthorized(const AzuracastCall& call, string_view password) {
  if (password.empty()) {
    if (call.from_loopback) return std::nullopt;
    return refusal(401, "no web hook password is set: only calls from loopback are taken");
  }
  const auto given = basic_password(call.authorization);
  if (!given) return refusal(401, "Basic authorisation with the web hook's password is needed");
  if (!is_same_secret(*given, password)) return refusal(401, "the password is wrong");
  return std::nullopt;
}

// `application/json`, with or without parameters; nothing said is taken for it.
bool may_be_json(string_view content_type) {
  const string_view type = trimmed(content_type.substr(0, content_type.find(';')));
  return type.empty() || same_word(type, "application/json") || same_word(type, "text/json");
}

}  // namespace

bool is_same_secret(string_view given, string_view expected) {
  unsigned difference = given.size() == expected.size() ? 0 : 1;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const char other = expected.empty() ? '\0' : expected[i % expected.size()];
    const volatile auto bits = static_cast<unsigned char>(given[i] ^ other);
    difference |= bits;
  }
  return difference == 0;
}

std::optional<std::string> basic_password(string_view authorization) {
  if (authorization.size() > authorization_bytes) return std::nullopt;
  authorization = trimmed(authorization);
  const std::size_t blank = authorization.find(' ');
  if (blank == string_view::npos || !same_word(authorization.substr(0, blank), "basic"))
    return std::nullopt;
  const auto credentials = base64_decoded(trimmed(authorization.substr(blank)));
  if (!credentials) return std::nullopt;
  const std::size_t colon = credentials->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return credentials->substr(colon + 1);
}

AzuracastHeard hear_azuracast(const AzuracastCall& call, string_view password) {
  if (auto refused = unauthorized(call, password)) return std::move(*refused);
  if (call.body.size() > azuracast_body_bytes)
    return refusal(413, "the body is larger than 64 KiB");
  if (!may_be_json(call.content_type))
    return refusal(400, "the content type is not application/json");
  auto reading = monitor::probes::read_now_playing(call.body);
  if (!reading.is_json) return refusal(400, "the body is " + reading.problem);
  if (!reading.problem.empty())
    return refusal(422, "not AzuraCast's now-playing: " + reading.problem);
  if (reading.reports.size() != 1)
    return refusal(422, "not AzuraCast's now-playing: expected one station's, found " +
                            std::to_string(reading.reports.size()));
  return {200, "heard", std::move(reading.reports.front())};
}

}  // namespace http
