#include "http/connections.hpp"

#include <algorithm>
#include <utility>

namespace http {
namespace {

constexpr std::chrono::seconds linger_limit{1};  // a loopback or LAN peer has read long before
constexpr std::size_t unsent_limit =
    16 * 1024 * 1024;  // bytes: large answers, peers that do not read

// The peer does not read: what the kernel still holds for it, megabytes perhaps, is given up as
// well.
void reset_on_close(ConnectionState& link) {
  boost::system::error_code ignored;
  link.socket.set_option(boost::asio::socket_base::linger(true, 0), ignored);
}

}  // namespace

Connections::Connections(boost::asio::io_context& context, const Bounds& bounds)
    : bounds_(bounds), timer_(context) {
}

void Connections::make_room() {
  while (links_.size() >= std::max<std::size_t>(bounds_.connections, 1)) close_longest_idle();
}

void Connections::close_longest_idle() {
  const auto order = [](const ConnectionState* link) {
    return std::pair(link->phase != Phase::idle, link->since);
  };
  const auto found = std::min_element(
      links_.begin(), links_.end(), [&](const ConnectionState* left, const ConnectionState* right) {
        return order(left) < order(right);
      });
  if (found != links_.end()) close(**found);
}

void Connections::close_all() {
  while (!links_.empty()) close(**links_.begin());
  timer_.cancel();
}

void Connections::add(ConnectionState& link) {
  links_.insert(&link);
  enter(link, Phase::idle);
}

void Connections::remove(ConnectionState& link) {
  links_.erase(&link);
  count_unsent(link, 0);
}

void Connections::enter(ConnectionState& link, Phase phase) {
  link.phase = phase;
  link.since = std::chrono::steady_clock::now();
  link.timed_out = false;
  const bool unlimited = phase == Phase::answering || phase == Phase::following;
  link.deadline = unlimited ? SteadyTime::max() : link.since + limit_of(phase);
  if (link.deadline < armed_for_ && links_.contains(&link)) arm(link.deadline);
}

bool Connections::has_room_for(std::size_t bytes) const {
  return unsent_bytes_ == 0 || unsent_bytes_ + bytes <= unsent_limit;
}

void Connections::count_unsent(ConnectionState& link, std::size_t bytes) {
  unsent_bytes_ += bytes - link.unsent_bytes;
  link.unsent_bytes = bytes;
}

std::chrono::seconds Connections::limit_of(Phase phase) const {
  if (phase == Phase::idle) return bounds_.idle_timeout;
  if (phase == Phase::reading) return bounds_.request_timeout;
  return phase == Phase::writing ? bounds_.write_timeout : linger_limit;
}

void Connections::close(ConnectionState& link) {
  links_.erase(&link);
  if (link.phase == Phase::writing) reset_on_close(link);
  boost::system::error_code ignored;  // the peer may have gone first
  link.socket.close(ignored);
}

void Connections::cut(ConnectionState& link) {
  boost::system::error_code ignored;
  link.socket.cancel(ignored);
  reset_on_close(link);
}

void Connections::arm(SteadyTime at) {
  armed_for_ = at;
  timer_.expires_at(at);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) sweep();
  });
}

void Connections::sweep() {
  const auto now = std::chrono::steady_clock::now();
  SteadyTime next = SteadyTime::max();
  for (ConnectionState* const link : links_) {
    if (!link->timed_out && link->deadline <= now) {
      link->timed_out = true;
      boost::system::error_code ignored;
      link->socket.cancel(ignored);
      if (link->phase == Phase::writing) reset_on_close(*link);
    }
    if (!link->timed_out) next = std::min(next, link->deadline);
  }
  armed_for_ = SteadyTime::max();
  if (next != SteadyTime::max()) arm(next);
}

}  // namespace http
