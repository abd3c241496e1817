#include "monitor/anomalies/bitrate_anomaly.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "monitor/forecast/theil_sen.hpp"
#include "monitor/text/sentence.hpp"

namespace monitor {

using namespace std::chrono_literals;

namespace {

constexpr Duration stretch = 2min;  // of a mean
constexpr std::size_t minutes_a_stretch = 2;
constexpr int learned_enough = 10;            // means until the model is made anew
constexpr std::size_t recent_limit = 15;      // means: half an hour
constexpr std::size_t newest = 6;             // means whose median is the present rate
constexpr int out_needed = 6;                 // stretches until it is reported
constexpr int out_limit = 60;                 // stretches until it is the new normal
constexpr double smoothing = 0.2;             // the chart's lambda
constexpr double width = 3;                   // the chart's L
constexpr double wildest = 4;                 // deviations that a mean counts at most
constexpr double deviation_per_mad = 1.4826;  // of normal noise
constexpr double most_correlation = 0.95;     // beyond it no shift would cross the limit
constexpr double least_scatter = 0.005;       // of the level: muxers write in pieces

double deviation_of(std::vector<double> values) {
  const double middle = median(values);
  for (double& value : values) value = std::abs(value - middle);
  return deviation_per_mad * median(values);
}

double correlation_of(const Window<double>& values, double level) {
  double together = 0;
  double alone = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const double before = values[i - 1] - level;
    together += (values[i] - level) * before;
    alone += before * before;
  }
  return alone > 0 ? std::clamp(together / alone, 0.0, most_correlation) : 0;
}

// How far the statistic goes in control, in deviations of an AR(1) process.
double limit_of(double correlation) {
  const double kept = correlation * (1 - smoothing);
  return width * std::sqrt(smoothing / (2 - smoothing) * (1 + kept) / (1 - kept));
}

}  // namespace

BitrateAnomaly::Model BitrateAnomaly::model_of(const Window<double>& history) {
  Model model;
  std::vector<double> values(history.begin(), history.end());
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  model.least = *least;
  model.most = *most;
  model.level = median(values);
  model.correlation = correlation_of(history, model.level);
  model.scatter = std::max(deviation_of(std::move(values)), least_scatter * model.level);
  return model;
}

// Measured from growth to growth: a file that is written in steps of 256 KiB has a steady rate too.
void BitrateAnomaly::on_size(std::int64_t total_bytes, Instant now) {
  if (began_ && total_bytes == last_bytes_) return;
  if (began_ && total_bytes < last_bytes_) began_.reset();
  last_bytes_ = total_bytes;
  if (!began_) {
    began_ = Size{now, total_bytes};
    return;
  }
  if (now - began_->at < stretch) return;
  const double bytes = static_cast<double>(total_bytes) - static_cast<double>(began_->bytes);
  const double mean = 8 * bytes / seconds(now - began_->at);
  began_ = Size{now, total_bytes};
  on_mean(mean);
}

// The first after a gap may have a burst in it.
void BitrateAnomaly::on_mean(double bps) {
  if (!std::exchange(is_settled_, true)) return;
  recent_.push_back(bps);
  if (model_) judge(bps);
  if (recent_.size() > recent_limit) learn();
}

double BitrateAnomaly::newest_bps() const {
  std::vector<double> means(recent_.end() - std::min(newest, recent_.size()), recent_.end());
  return median(means);
}

void BitrateAnomaly::judge(double bps) {
  const Model& model = *model_;
  const double deviation = (bps - model.level) / model.scatter;
  smoothed_ += smoothing * (std::clamp(deviation, -wildest, wildest) - smoothed_);
  const double score = std::abs(smoothed_) / limit_of(model.correlation);
  const double present = newest_bps();
  const bool is_new =
      smoothed_ < 0 ? present < model.least - model.scatter : present > model.most + model.scatter;
  anomaly_.reset();
  out_ = score >= 1 && is_new && recent_.size() >= newest ? out_ + 1 : 0;
  if (out_ < out_needed) return;
  if (out_ > out_limit) return begin_new_history();
  anomaly_ = Anomaly{
      score, sentence("Bitrate about %.0f kbit/s over the last %zu minutes; in the 24 h before it "
                      "had a median of %.0f and was between %.0f and %.0f kbit/s.",
                      present / 1000, newest * minutes_a_stretch, model.level / 1000,
                      model.least / 1000, model.most / 1000)};
}

void BitrateAnomaly::learn() {
  const double oldest = recent_.front();
  recent_.pop_front();
  if (anomaly_) return;
  history_.push_back(oldest);
  if (history_.size() > history_limit) history_.pop_front();
  if (++learned_ < learned_enough || history_.size() < history_limit) return;
  learned_ = 0;
  model_ = model_of(history_);
  if (model_->scatter <= 0) model_.reset();  // a rate of nothing
}

void BitrateAnomaly::begin_new_history() {
  *this = BitrateAnomaly();
}

void BitrateAnomaly::rebase() {
  began_.reset();
  is_settled_ = false;
  recent_.clear();
  smoothed_ = 0;
  out_ = 0;
  anomaly_.reset();
}

}  // namespace monitor
