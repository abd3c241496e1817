#include "http/liveness.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace http {
namespace {
using std::chrono::steady_clock;
constexpr std::chrono::seconds ping_timeout{2};     // documented: the loop answers within 2 s
constexpr std::chrono::seconds answer_lifetime{1};  // requests share a recent answer
}  // namespace

Liveness::Liveness(std::shared_ptr<boost::asio::io_context> context, Ping ping)
    : context_(std::move(context)), ping_(std::move(ping)), timeout_(*context_) {
}

boost::asio::awaitable<bool> Liveness::is_alive() {
  if (answered_at_ && steady_clock::now() - *answered_at_ < answer_lifetime) co_return true;
  if (stopped_) co_return false;
  if (!outstanding_) send_ping();
  const auto asked_before = answered_at_;
  co_await timeout_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  co_return answered_at_ != asked_before;
}

void Liveness::stop() {
  stopped_ = true;
  timeout_.cancel();
}

void Liveness::send_ping() {
  ping_([weak = weak_from_this(), context = context_] {
    boost::asio::post(*context, [weak] {
      if (const auto self = weak.lock()) self->on_answer();
    });
  });
  outstanding_ = true;
  timeout_.expires_after(ping_timeout);
}

void Liveness::on_answer() {
  outstanding_ = false;
  answered_at_ = steady_clock::now();
  timeout_.cancel();
}

}  // namespace http
