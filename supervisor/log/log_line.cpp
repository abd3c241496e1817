#include "supervisor/log/log_line.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "supervisor/log/said_fields.hpp"
#include "supervisor/secrets/text_encodings.hpp"

namespace supervisor {

namespace {

using std::string_view;

// Shares of a line. What is left of them goes to `msg`.
constexpr std::size_t longest_name = 128;   // event and stream
constexpr std::size_t shortest_msg = 1024;  // what the fields must leave for it
constexpr std::size_t shortest_value = 16;  // a field with less room is left out

template <class Number>
void append_number(std::string& out, Number number) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

// A number or a truth; empty for a string. JSON knows no infinity.
std::string plain_value(const FieldValue& value) {
  std::string text;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) append_number(text, *integer);
  if (const auto* truth = std::get_if<bool>(&value)) text = *truth ? "true" : "false";
  if (const auto* real = std::get_if<double>(&value)) {
    if (std::isfinite(*real))
      append_number(text, *real);
    else
      text = "null";
  }
  return text;
}

// For people: no digits below a thousandth.
std::string rounded_value(const FieldValue& value) {
  const auto* real = std::get_if<double>(&value);
  constexpr double largest = 1e12;
  if (real == nullptr || !(std::abs(*real) < largest)) return plain_value(value);
  return plain_value(std::round(*real * 1000) / 1000);
}

std::size_t room(const std::string& out, std::size_t limit) {
  return limit > out.size() ? limit - out.size() : 0;
}

void append_json_member(std::string& out, string_view name, string_view value, std::size_t limit) {
  out += '"';
  out += name;
  out += "\":\"";
  append_json(out, value, limit);
  out += '"';
}

void append_json_field(std::string& out, const Field& field, const Secrets& secrets,
                       std::size_t limit) {
  const std::size_t overhead = field.name.size() + 6;  // ,"":""
  const std::size_t left = room(out, limit);
  if (left < overhead + shortest_value) return;
  out += ',';
  if (const auto* text = std::get_if<string_view>(&field.value)) {
    append_json_member(out, field.name, secrets.mask(*text), left - overhead);
    return;
  }
  out += '"';
  out += field.name;
  out += "\":";
  const std::string value = plain_value(field.value);
  out += value;
}

// Quotes where blanks or quotes would make `key=value` ambiguous.
void append_text_value(std::string& out, string_view value, std::size_t limit) {
  const bool quotes = value.empty() || value.find_first_of(" \"=") != string_view::npos;
  if (!quotes) return append_printable(out, value, limit);
  std::string escaped;
  for (const char c : value) {
    if (c == '"') escaped += '\\';
    escaped += c;
  }
  out += '"';
  append_printable(out, escaped, limit - 2);
  out += '"';
}

void append_text_field(std::string& out, const Field& field, const Secrets& secrets,
                       std::size_t limit) {
  const std::size_t overhead = field.name.size() + 2;
  const std::size_t left = room(out, limit);
  if (left < overhead + shortest_value + 8) return;
  out += ' ';
  out += field.name;
  out += '=';
  if (const auto* text = std::get_if<string_view>(&field.value))
    append_text_value(out, secrets.mask(*text), left - overhead);
  else
    out += rounded_value(field.value);
}

// What says nothing, and what `msg` or the level says already, is left out.
bool is_worth_text(const LogEntry& entry, const Field& field) {
  if (field.name.empty() || is_said(entry.event, field.name)) return false;
  const auto* text = std::get_if<string_view>(&field.value);
  return text == nullptr || !text->empty();
}

}  // namespace

std::string json_body(const LogEntry& entry, const Secrets& secrets, std::size_t limit) {
  std::string fields;
  for (const Field& field : entry.fields)
    if (!field.name.empty()) append_json_field(fields, field, secrets, limit - shortest_msg);

  std::string body;
  body.reserve(256 + fields.size());
  append_json_member(body, "event", entry.event, longest_name);
  if (!entry.subject.stream.empty()) {
    body += ',';
    append_json_member(body, "stream", secrets.mask(entry.subject.stream), longest_name);
  }
  if (!entry.subject.output.empty()) {
    body += ',';
    append_json_member(body, "output", secrets.mask(entry.subject.output), longest_name);
  }
  if (!entry.subject.role.empty()) {
    body += ',';
    append_json_member(body, "role", entry.subject.role, longest_name);
  }
  body += ',';
  constexpr std::size_t overhead = 10;  // "msg":"" and }
  append_json_member(body, "msg", secrets.mask(entry.msg),
                     room(body, limit - fields.size() - overhead));
  body += fields;
  body += '}';
  return body;
}

std::string text_body(const LogEntry& entry, const Secrets& secrets, std::size_t limit) {
  std::string fields;
  for (const Field& field : entry.fields)
    if (is_worth_text(entry, field))
      append_text_field(fields, field, secrets, limit - shortest_msg);

  std::string body;
  body.reserve(256 + fields.size());
  if (!entry.subject.stream.empty()) {
    append_printable(body, secrets.mask(entry.subject.stream), longest_name);
    if (!entry.subject.output.empty()) {
      body += '/';
      append_printable(body, secrets.mask(entry.subject.output), longest_name);
    }
    if (!entry.subject.role.empty()) {
      body += '/';
      append_printable(body, entry.subject.role, longest_name);
    }
    body += ' ';
  }
  append_printable(body, entry.event, longest_name);
  body += "  ";
  append_printable(body, secrets.mask(entry.msg), room(body, limit - fields.size()));
  body += fields;
  return body;
}

}  // namespace supervisor
