#include "http/metrics/series_text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "monitor/text/utf8.hpp"

namespace http {
namespace {

constexpr double exact_limit = 9007199254740992;  // 2^53: whole numbers up to it are exact

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x80 && c != '\\' && c != '"' && c != '\n';
}

void append_escaped(std::string& text, std::string_view value) {
  if (std::ranges::all_of(value, is_plain)) {
    text.append(value);
    return;
  }
  for (const char c : monitor::valid_utf8(value)) {
    if (c == '\n') {
      text.append("\\n");
      continue;
    }
    if (c == '\\' || c == '"') text.push_back('\\');
    text.push_back(c);
  }
}

void append_label(std::string& text, const Label& label) {
  text.append(label.name).append("=\"");
  append_escaped(text, label.value);
  text.push_back('"');
}

std::string_view name_of(MetricKind kind) {
  if (kind == counter) return "counter";
  return kind == gauge ? "gauge" : "histogram";
}

}  // namespace

void append_number(std::string& text, double value) {
  if (std::isnan(value)) {
    text.append("NaN");
    return;
  }
  if (std::isinf(value)) {
    text.append(value > 0 ? "+Inf" : "-Inf");
    return;
  }
  char digits[32];  // the longest double has 24
  char* const end = digits + sizeof digits;
  const bool is_whole = std::abs(value) <= exact_limit && std::trunc(value) == value;
  const auto written = is_whole ? std::to_chars(digits, end, static_cast<std::int64_t>(value))
                                : std::to_chars(digits, end, value);
  text.append(digits, written.ptr);
}

void SeriesText::begin(const FamilyInfo& info) {
  family_ = &info;
  has_header_ = false;
  stream_.clear();
}

void SeriesText::of_stream(std::string_view name) {
  stream_.clear();
  append_label(stream_, {"stream", name});
}

void SeriesText::add(Labels labels, double value) {
  write_header();
  write_line({}, labels, value);
}

void SeriesText::add(Labels labels, const recovery::Histogram& values) {
  write_header();
  const auto count = static_cast<double>(values.counts.back());
  write_line("_count", labels, count);
  write_line("_sum", labels, values.sum);
  std::string bound;
  for (std::size_t i = 0; i < values.bounds.size(); ++i) {
    bound.clear();
    append_number(bound, values.bounds[i]);
    write_line("_bucket", labels, static_cast<double>(values.counts[i]), bound);
  }
  write_line("_bucket", labels, count, "+Inf");
}

void SeriesText::write_header() {
  if (has_header_) return;
  has_header_ = true;
  text_.append("# HELP ").append(family_->name).append(" ").append(family_->help);
  text_.append("\n# TYPE ").append(family_->name).append(" ");
  text_.append(name_of(family_->kind)).append("\n");
}

void SeriesText::write_name(std::string_view suffix, Labels labels, std::string_view bound) {
  text_.append(family_->name).append(suffix);
  if (stream_.empty() && labels.size() == 0 && bound.empty()) return;
  text_.push_back('{');
  text_.append(stream_);
  bool follows = !stream_.empty();
  const auto write = [&](const Label& label) {
    if (follows) text_.push_back(',');
    follows = true;
    append_label(text_, label);
  };
  for (const Label& label : labels) write(label);
  if (!bound.empty()) write({"le", bound});
  text_.push_back('}');
}

void SeriesText::write_line(std::string_view suffix, Labels labels, double value,
                            std::string_view bound) {
  write_name(suffix, labels, bound);
  text_.push_back(' ');
  append_number(text_, value);
  text_.push_back('\n');
}

}  // namespace http
