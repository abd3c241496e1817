#include "http/exporters/statsd.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <string_view>
#include <utility>

namespace http::exporters {
namespace {

using prometheus::MetricType;
using Labels = std::vector<prometheus::ClientMetric::Label>;

// Without an exponent: not every server parses one.
std::string number(double value) {
  char text[350];  // the smallest double has 327 characters
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed);
  return {text, end.ptr};
}

// Replaces characters that would end a tag or a line.
std::string tag_text(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == ',' || c == '|' || static_cast<unsigned char>(c) < ' '; },
      '_');
  return text;
}

// One node of a name: dots separate nodes, colons end the name.
std::string node_text(std::string text) {
  const auto fits = [](char c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '+';
  };
  std::ranges::replace_if(text, std::not_fn(fits), '_');
  return text;
}

}  // namespace

StatsdReport::StatsdReport(StatsdFormat format, std::string prefix)
    : format_(format), prefix_(std::move(prefix)) {
}

std::vector<std::string> StatsdReport::datagrams(
    const std::vector<prometheus::MetricFamily>& families) {
  pending_.clear();
  datagrams_.clear();
  for (const auto& family : families) {
    if (!family.name.starts_with("process_")) add(family);
  }
  return std::move(datagrams_);
}

void StatsdReport::confirm_sent() {
  sent_ = std::move(pending_);
}

StatsdReport::Series StatsdReport::series(const std::string& name, const Labels& labels,
                                          const std::string& bound) const {
  Labels all = labels;
  if (!bound.empty()) all.push_back({"le", bound});
  Series result{prefix_ + name, {}};
  for (const auto& label : all) {
    if (label.value.empty()) continue;  // means no label in Prometheus
    if (format_ == StatsdFormat::plain) {
      result.name += '.' + label.name + '.' + node_text(label.value);
    } else {
      result.tags += (result.tags.empty() ? "|#" : ",") + label.name + ':' + tag_text(label.value);
    }
  }
  return result;
}

void StatsdReport::add(const prometheus::MetricFamily& family) {
  for (const auto& metric : family.metric) {
    if (family.type == MetricType::Gauge) {
      add_gauge(series(family.name, metric.label), metric.gauge.value);
    } else if (family.type == MetricType::Counter) {
      add_counter(series(family.name, metric.label), metric.counter.value);
    } else if (family.type == MetricType::Histogram) {
      add_histogram(family.name, metric);
    }
  }
}

// A leading sign means a delta: a negative value is set as 0, then decreased.
void StatsdReport::add_gauge(const Series& series, double value) {
  if (!std::isfinite(value)) return;
  std::string line = series.name + ':' + number(value) + "|g" + series.tags;
  if (value < 0) line = series.name + ":0|g" + series.tags + '\n' + line;
  add_line(line);
}

// A counter that fell was reset. A new counter is sent even at 0, so that it exists on the server.
void StatsdReport::add_counter(const Series& series, double value) {
  if (!std::isfinite(value)) return;
  const std::string key = series.name + series.tags;
  pending_[key] = value;
  const auto before = sent_.find(key);
  const bool is_new = before == sent_.end();
  const double last = is_new || before->second > value ? 0 : before->second;
  if (is_new || value != last) {
    add_line(series.name + ':' + number(value - last) + "|c" + series.tags);
  }
}

void StatsdReport::add_histogram(const std::string& name, const prometheus::ClientMetric& metric) {
  const auto& histogram = metric.histogram;
  for (const auto& bucket : histogram.bucket) {
    if (!std::isfinite(bucket.upper_bound)) continue;
    add_counter(series(name + "_bucket", metric.label, number(bucket.upper_bound)),
                static_cast<double>(bucket.cumulative_count));
  }
  const auto count = static_cast<double>(histogram.sample_count);
  add_counter(series(name + "_bucket", metric.label, "+Inf"), count);
  add_counter(series(name + "_sum", metric.label), histogram.sample_sum);
  add_counter(series(name + "_count", metric.label), count);
}

void StatsdReport::add_line(const std::string& line) {
  const bool fits =
      !datagrams_.empty() && datagrams_.back().size() + 1 + line.size() <= datagram_limit;
  if (fits) {
    datagrams_.back() += '\n' + line;
  } else {
    datagrams_.push_back(line);
  }
}

}  // namespace http::exporters
