#include "supervisor/config/secret_value.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "monitor/text/ascii.hpp"
#include "supervisor/config/secret_reference.hpp"
#include "supervisor/config/settings.hpp"

namespace supervisor {

namespace {

using Kind = YamlNode::Kind;

constexpr const char* expected = "expected a text, {env: NAME} or {file: PATH}";

std::optional<SecretReference> reference_in(const YamlNode& node) {
  if (node.kind == Kind::scalar) return std::nullopt;
  auto reference = secret_reference_in(node);
  if (reference) return reference;
  const bool is_other_map = node.kind == Kind::map && node.keys.size() == 1 &&
                            node.items[0].kind == Kind::scalar && !node.items[0].text.empty();
  throw Unexpected::whole("found " +
                          (is_other_map ? "a map with " + shown(node.keys[0]) : found_kind(node)) +
                          ", " + expected);
}

void remember(const Entry& entry, const std::optional<SecretReference>& reference,
              FileReading& reading) {
  if (reference && reference->to == SecretReference::To::variable) {
    reading.remember_from_environment(entry.key, reference->text);
  } else {
    reading.remember_from_file(entry.key, entry.line);
  }
}

}  // namespace

std::optional<std::string> read_text_value(
    const Entry& entry, const std::function<std::string(const std::string&)>& check,
    FileReading& reading) {
  std::string prefix;
  try {
    const std::optional<SecretReference> reference = reference_in(entry.node);
    if (reference && !reading.environment()) return std::nullopt;
    const std::string text =
        reference ? resolved(*reference, reading.environment()) : entry.node.text;
    if (reference) prefix = reference->prefix();
    std::string checked = check(text);
    remember(entry, reference, reading);
    return checked;
  } catch (const Unexpected& error) {
    reading.complain(entry, prefix + error.refusal("a text that does not fit"));
    return std::nullopt;
  }
}

namespace {

constexpr std::size_t headers_max = 32;
constexpr std::size_t header_name_max = 128;        // bytes
constexpr std::size_t header_value_max = 8 * 1024;  // bytes; servers take no more

// They frame or describe the request: the code that sends it sets them.
constexpr std::array<std::string_view, 9> framing_headers{
    {"connection", "content-length", "content-type", "expect", "host", "te", "trailer",
     "transfer-encoding", "upgrade"}};

// RFC 9110, 5.6.2.
bool is_http_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || (c >= '0' && c <= '9') || others.find(c) != std::string_view::npos;
  });
}

// A line end in a value would begin a header, or a request, of its own.
std::string read_header_value(const std::string& text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; };
  if (text.empty()) throw Unexpected::whole("found an empty text, expected a header's value");
  if (std::any_of(text.begin(), text.end(), is_control)) {
    throw Unexpected::whole("found a line end or another control character, expected one line");
  }
  if (text.size() <= header_value_max) return text;
  throw Unexpected::whole("found " + std::to_string(text.size()) + " bytes, expected at most " +
                          std::to_string(header_value_max));
}

std::string wrong_header_name(const std::string& name, const Headers& headers) {
  if (!is_http_token(name) || name.size() > header_name_max) {
    return "expected the name of a header: 1 to 128 letters, digits or !#$%&'*+-.^_`|~";
  }
  const std::string low = monitor::lowered(name);
  if (std::find(framing_headers.begin(), framing_headers.end(), low) != framing_headers.end()) {
    return "this header is set by the program itself, expected another";
  }
  for (const auto& [other, value] : headers) {
    if (monitor::lowered(other) == low) return "this header is given twice, expected it once";
  }
  return {};
}

void read_header(const Entry& entry, const std::string& name, Headers& headers,
                 FileReading& reading) {
  const std::string wrong = wrong_header_name(name, headers);
  if (!wrong.empty()) {
    // The name is no part of the key: it may be anything, a secret in the wrong place too.
    const std::string map = entry.key.substr(0, entry.key.size() - name.size() - 1);
    return reading.complain(entry.line, map, "found " + shown(name) + ", " + wrong);
  }
  const auto value = read_text_value(entry, read_header_value, reading);
  headers.emplace_back(name, value.value_or(""));
}

}  // namespace

void read_headers(const Entry& entry, Headers& headers, FileReading& reading) {
  if (entry.node.kind == Kind::null) return;
  if (entry.node.kind != Kind::map) {
    return reading.complain(entry, "found " + found_kind(entry.node) +
                                       ", expected a map such as {Authorization: Bearer TOKEN}");
  }
  const std::size_t count = entry.node.items.size();
  if (count > headers_max) {
    return reading.complain(entry, "found " + std::to_string(count) +
                                       " headers, expected at most " + std::to_string(headers_max));
  }
  for (std::size_t i = 0; i < count; ++i) {
    read_header(entry_of_map(entry, i), entry.node.keys[i], headers, reading);
  }
}

}  // namespace supervisor
