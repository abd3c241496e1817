#include "http/connections.hpp"

#include <algorithm>
#include <utility>

namespace http {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds linger_limit{1};  // enough for a peer on loopback or a LAN
constexpr std::chrono::seconds yield_time{10};
constexpr std::size_t least_connections = 4;  // for a scraper and the health checks
constexpr std::size_t unsent_limit =
    16 * 1024 * 1024;  // bytes: large answers, peers that do not read
// Health, refusals: all connections together hold 2 MB of these.
constexpr std::size_t small_bytes = 4096;
constexpr std::chrono::seconds patience{1};  // with who reads slowly, for what can wait

// Of the room for answers and for bodies. What one network takes beyond its share gives way, and
// bodies have no more without credentials.
constexpr std::size_t shares = 4;

// Null where none of them holds any.
ConnectionState* largest_body_of_strangers(const std::unordered_set<ConnectionState*>& all) {
  ConnectionState* largest = nullptr;
  for (ConnectionState* const one : all) {
    if (one->is_known || one->body_bytes == 0) continue;
    if (largest == nullptr || one->body_bytes > largest->body_bytes) largest = one;
  }
  return largest;
}

// The peer does not read: the kernel discards its send queue (up to megabytes) as well.
void reset_on_close(ConnectionState& connection) {
  boost::system::error_code ignored;
  connection.socket.set_option(boost::asio::socket_base::linger(true, 0), ignored);
}

}  // namespace

Connections::Connections(boost::asio::io_context& context, const Bounds& bounds)
    : bounds_(bounds), timer_(context) {
}

void Connections::make_room() {
  while (connections_.size() >= limit()) close_one();
}

std::size_t Connections::limit() const {
  const bool yields = std::chrono::steady_clock::now() < yielded_until_;
  const std::size_t limit =
      yields ? std::min(yielded_limit_, bounds_.connections) : bounds_.connections;
  return std::max<std::size_t>(limit, 1);
}

void Connections::set_limit(std::size_t connections) {
  bounds_.connections = connections;
  while (connections_.size() > std::max<std::size_t>(connections, 1)) close_one();
}

void Connections::yield() {
  for (std::size_t left = (connections_.size() + 1) / 2; left > 0; --left) close_one();
  yielded_limit_ = std::max(connections_.size(), least_connections);
  yielded_until_ = std::chrono::steady_clock::now() + yield_time;
}

void Connections::close_one() {
  ConnectionState* const victim = choose_victim(by_network_, std::chrono::steady_clock::now());
  if (victim != nullptr) close(*victim);
}

void Connections::close_all() {
  while (!connections_.empty()) close(**connections_.begin());
  timer_.cancel();
}

void Connections::add(ConnectionState& connection) {
  connections_.insert(&connection);
  by_network_[connection.network].insert(&connection);
  enter(connection, ConnectionPhase::idle);
}

void Connections::remove(ConnectionState& connection) {
  if (connections_.contains(&connection)) {
    forget(connection);
  } else {
    --closing_;
  }
  count_unsent(connection, 0);
  take_body(connection, 0);
}

void Connections::enter(ConnectionState& connection, ConnectionPhase phase) {
  connection.phase = phase;
  connection.since = std::chrono::steady_clock::now();
  connection.timed_out = false;
  const bool unlimited = phase == ConnectionPhase::answering || phase == ConnectionPhase::streaming;
  connection.deadline = unlimited ? SteadyTime::max() : connection.since + limit_of(phase);
  if (connection.deadline < armed_for_ && connections_.contains(&connection))
    arm(connection.deadline);
}

bool Connections::make_room_for(const ConnectionState& connection, std::size_t bytes, Need need) {
  if (bytes <= small_bytes) return true;
  const bool must_be_sent = need == Need::must_be_sent;
  const bool is_modest = unsent_of(connection.network) + bytes <= unsent_limit / shares;
  const std::chrono::milliseconds at_least = must_be_sent || is_modest ? 0s : patience;
  while (unsent_bytes_ > 0 && unsent_bytes_ + bytes > unsent_limit) {
    const auto now = std::chrono::steady_clock::now();
    ConnectionState* const slowest = choose_slow_reader(by_network_, now, at_least, &connection);
    if (slowest == nullptr) return must_be_sent;
    close(*slowest);
    count_unsent(*slowest, 0);
  }
  return true;
}

void Connections::count_unsent(ConnectionState& connection, std::size_t bytes) {
  unsent_bytes_ += bytes - connection.unsent_bytes;
  connection.unsent_bytes = bytes;
}

std::size_t Connections::unsent_of(const std::string& network) const {
  const auto members = by_network_.find(network);
  if (members == by_network_.end()) return 0;
  std::size_t bytes = 0;
  for (const ConnectionState* member : members->second) bytes += member->unsent_bytes;
  return bytes;
}

bool Connections::take_body(ConnectionState& connection, std::size_t bytes) {
  const std::size_t own = connection.body_bytes, limit = bounds_.all_bodies_bytes;
  if (bytes > own && !connection.is_known) {
    if (body_bytes_ - own + bytes > limit) return false;
    const std::size_t of_network = bodies_of(connection.network) - own + bytes;
    if (of_network > limit / shares) return false;
  }
  while (bytes > own && body_bytes_ - own + bytes > limit) {
    ConnectionState* const stranger = largest_body_of_strangers(connections_);
    if (stranger == nullptr) return false;
    close(*stranger);
    body_bytes_ -= std::exchange(stranger->body_bytes, 0);
  }
  body_bytes_ = body_bytes_ - own + bytes;
  connection.body_bytes = bytes;
  return true;
}

// Of those without credentials.
std::size_t Connections::bodies_of(const std::string& network) const {
  const auto members = by_network_.find(network);
  if (members == by_network_.end()) return 0;
  std::size_t bytes = 0;
  for (const ConnectionState* member : members->second) {
    if (!member->is_known) bytes += member->body_bytes;
  }
  return bytes;
}

std::chrono::seconds Connections::limit_of(ConnectionPhase phase) const {
  if (phase == ConnectionPhase::idle) return bounds_.idle_timeout;
  if (phase == ConnectionPhase::reading) return bounds_.request_timeout;
  return phase == ConnectionPhase::writing ? bounds_.write_timeout : linger_limit;
}

// Of an open one.
void Connections::forget(ConnectionState& connection) {
  connections_.erase(&connection);
  const auto members = by_network_.find(connection.network);
  members->second.erase(&connection);
  if (members->second.empty()) by_network_.erase(members);
}

void Connections::close(ConnectionState& connection) {
  forget(connection);
  ++closing_;
  if (connection.phase == ConnectionPhase::writing) reset_on_close(connection);
  boost::system::error_code ignored;  // the peer may have gone first
  connection.socket.close(ignored);
}

void Connections::abort(ConnectionState& connection) {
  boost::system::error_code ignored;
  connection.socket.cancel(ignored);
  reset_on_close(connection);
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
  for (ConnectionState* const connection : connections_) {
    if (!connection->timed_out && connection->deadline <= now) {
      connection->timed_out = true;
      boost::system::error_code ignored;
      connection->socket.cancel(ignored);
      if (connection->phase == ConnectionPhase::writing) reset_on_close(*connection);
    }
    if (!connection->timed_out) next = std::min(next, connection->deadline);
  }
  armed_for_ = SteadyTime::max();
  if (next != SteadyTime::max()) arm(next);
}

}  // namespace http
