#include "monitor/anomalies/count_anomaly.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "monitor/text/sentence.hpp"

namespace monitor {

namespace {

constexpr double level = 1e-5;       // of the test
constexpr double prior_hours = 24;   // of history, that minutes_together weighs as much as
constexpr int minutes_an_hour = 60;  // and bits of last_hour_
constexpr int hours_a_day = 24;
constexpr double least_chance = 1e-300;  // its logarithm is finite

// The chance of at least `least` hits in `tries` of chance `hit` each.
double binomial_tail(int least, int tries, double hit) {
  constexpr double negligible = 1e-9;  // of the sum, past the largest term
  double sum = 0;
  for (int hits = least; hits <= tries; ++hits) {
    const double term = std::exp(std::lgamma(tries + 1.0) - std::lgamma(hits + 1.0) -
                                 std::lgamma(tries - hits + 1.0) + hits * std::log(hit) +
                                 (tries - hits) * std::log1p(-hit));
    sum += term;
    if (hits > tries * hit && term < negligible * sum) break;
  }
  return std::min(sum, 1.0);
}

template <class Iterator>
int sum_of(Iterator begin, Iterator end) {
  return std::accumulate(begin, end, 0);
}

// The largest sum of a day's hours, one after the other; there is a day at least.
template <class Iterator>
int worst_day(Iterator begin, Iterator end) {
  int day = sum_of(begin, begin + hours_a_day);
  int worst = day;
  for (; end - begin > hours_a_day; ++begin) {
    day += *(begin + hours_a_day) - *begin;
    worst = std::max(worst, day);
  }
  return worst;
}

}  // namespace

void CountAnomaly::on_event(Instant now) {
  advance(now);
  last_hour_ |= 1;
}

void CountAnomaly::leave_out(Duration span) {
  if (first_) *first_ += span;
}

// After a gap longer than the history all of it is quiet.
void CountAnomaly::advance(Instant now) {
  if (!first_) first_ = now;
  const std::int64_t target = std::chrono::floor<std::chrono::minutes>(now - *first_).count();
  constexpr std::int64_t most = (hours_limit + 2) * minutes_an_hour;
  minute_ = std::max(minute_, target - most);
  for (; minute_ < target; ++minute_) pass_minute();
}

// The minute that leaves the last hour becomes history.
void CountAnomaly::pass_minute() {
  const std::uint64_t leaving = (last_hour_ >> (minutes_an_hour - 1)) & 1;
  last_hour_ = (last_hour_ << 1) & ((1ULL << minutes_an_hour) - 1);
  if (minute_ < minutes_an_hour - 1) return;  // nothing was there yet
  hour_begun_ += static_cast<unsigned>(leaving);
  if (++minutes_begun_ < minutes_an_hour) return;
  hours_.push_back(static_cast<std::uint8_t>(hour_begun_));
  if (hours_.size() > hours_limit) hours_.pop_front();
  hour_begun_ = 0;
  minutes_begun_ = 0;
}

// How many busy minutes come together: the variance of the hours' counts over their mean, which is
// 1 for events that come singly.
double CountAnomaly::minutes_together() const {
  const double hours = static_cast<double>(hours_.size());
  const double mean = std::accumulate(hours_.begin(), hours_.end(), 0.0) / hours;
  if (mean <= 0) return expected_together_;
  double squares = 0;
  for (const double count : hours_) squares += (count - mean) * (count - mean);
  const double seen = squares / hours / mean;
  return std::max(1.0, (prior_hours * expected_together_ + hours * seen) / (prior_hours + hours));
}

std::optional<CountAnomaly::Comparison> CountAnomaly::last_hour() const {
  if (hours_.empty()) return {};
  const double hours_before =
      static_cast<double>(hours_.size()) + minutes_begun_ / static_cast<double>(minutes_an_hour);
  return Comparison{std::popcount(last_hour_), 1,
                    sum_of(hours_.begin(), hours_.end()) + static_cast<int>(hour_begun_),
                    hours_before, *std::max_element(hours_.begin(), hours_.end())};
}

// The last hour, what has left it, and full hours before; up to 25 h. A whole day is before it.
std::optional<CountAnomaly::Comparison> CountAnomaly::last_day() const {
  constexpr std::ptrdiff_t full_hours = hours_a_day - 1;
  const std::ptrdiff_t before = std::ssize(hours_) - full_hours;
  if (before < hours_a_day) return {};
  const auto begin = hours_.begin();
  const int recent = std::popcount(last_hour_) + static_cast<int>(hour_begun_) +
                     sum_of(begin + before, hours_.end());
  return Comparison{recent, hours_a_day + minutes_begun_ / static_cast<double>(minutes_an_hour),
                    sum_of(begin, begin + before), static_cast<double>(before),
                    worst_day(begin, begin + before)};
}

std::optional<Anomaly> CountAnomaly::judge(const std::optional<Comparison>& found) const {
  if (!found || found->recent <= found->worst_before) return {};
  const double together = minutes_together();
  const int recent = static_cast<int>(found->recent / together);
  const int all = recent + static_cast<int>(std::ceil(found->before / together));
  const double share = found->recent_hours / (found->recent_hours + found->before_hours);
  const double chance = binomial_tail(recent, all, share);
  if (chance > level) return {};
  return Anomaly{
      std::log(std::max(chance, least_chance)) / std::log(level),
      sentence("%s in %d minutes of the last %.0f h; in %d minutes of the %.0f h before.",
               what_.c_str(), found->recent, found->recent_hours, found->before,
               found->before_hours)};
}

std::optional<Anomaly> CountAnomaly::check(Instant now) {
  advance(now);
  if (const auto anomaly = judge(last_hour())) return anomaly;
  return judge(last_day());
}

}  // namespace monitor
