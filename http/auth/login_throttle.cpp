#include "http/auth/login_throttle.hpp"

#include <algorithm>
#include <cmath>

#include "http/network.hpp"

namespace http {
double LoginThrottle::failures_at(const Record& record, Instant now) {
  const double passed = std::chrono::duration<double>(now - record.at).count();
  return std::max(0.0, record.failures - passed / static_cast<double>(failure_lifetime.count()));
}

std::optional<std::chrono::seconds> LoginThrottle::retry_after(std::string_view peer,
                                                               Instant now) const {
  const auto found = records_.find(network_of(peer));
  if (found == records_.end()) return std::nullopt;
  const double above = failures_at(found->second, now) - (failures_max - 1);
  if (above <= 0) return std::nullopt;
  // Rounding errors must not add a second.
  const double wait = std::ceil(above * static_cast<double>(failure_lifetime.count()) - 1e-6);
  return std::chrono::seconds(static_cast<std::chrono::seconds::rep>(wait));
}

void LoginThrottle::on_failure(std::string_view peer, Instant now) {
  std::string network = network_of(peer);
  if (records_.size() >= peers_max && !records_.contains(network)) make_room(now);
  Record& record = records_[std::move(network)];
  record = {failures_at(record, now) + 1, now};
}

void LoginThrottle::make_room(Instant now) {
  std::erase_if(records_, [&](const auto& entry) { return failures_at(entry.second, now) == 0; });
  if (records_.size() < peers_max) return;
  records_.erase(
      std::min_element(records_.begin(), records_.end(), [&](const auto& left, const auto& right) {
        return failures_at(left.second, now) < failures_at(right.second, now);
      }));
}

}  // namespace http
