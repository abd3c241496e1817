#include "http/events/subscription.hpp"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace http {
namespace {
constexpr std::size_t chunk_bytes =
    64 * 1024;  // per write; a piece of the initial state may be larger
}

void Subscription::push(const Event& event) {
  if (over_) return;
  if (bytes_ + event->size() > backlog_bytes) return cut_off();
  bytes_ += event->size();
  events_.push_back(event);
  wakeup_.cancel();
}

void Subscription::end() {
  over_ = true;
  initial_.clear();
  events_.clear();
  wakeup_.cancel();
}

void Subscription::cut_off() {
  end();
  if (const auto abort = std::exchange(abort_, nullptr)) abort();
}

std::string Subscription::take() {
  std::string bytes;
  while (!initial_.empty() && bytes.empty()) {
    const Piece piece = std::move(initial_.front());
    initial_.pop_front();
    bytes = piece();
  }
  if (!bytes.empty()) return bytes;
  while (!events_.empty() && bytes.size() < chunk_bytes) {
    bytes += *events_.front();
    events_.pop_front();
  }
  bytes_ -= bytes.size();
  return bytes;
}

boost::asio::awaitable<std::string> Subscription::next() {
  while (!over_) {
    std::string bytes = take();
    if (!bytes.empty()) co_return bytes;
    wakeup_.expires_at(std::chrono::steady_clock::time_point::max());
    co_await wakeup_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }
  co_return std::string();
}

}  // namespace http
