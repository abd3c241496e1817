#include "http/liveness.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace http {
namespace {
using std::chrono::steady_clock;
constexpr std::chrono::seconds patience{2};  // promised: the loop answers within 2 s
constexpr std::chrono::seconds good_for{1};  // a fresh answer is shared
}  // namespace

Liveness::Liveness(std::shared_ptr<boost::asio::io_context> context, Ping ping)
    : context_(std::move(context)), ping_(std::move(ping)), give_up_(*context_) {
}

boost::asio::awaitable<bool> Liveness::is_alive() {
  if (answered_at_ && steady_clock::now() - *answered_at_ < good_for) co_return true;
  if (stopped_) co_return false;
  if (!outstanding_) ask();
  const auto asked_before = answered_at_;
  co_await give_up_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  co_return answered_at_ != asked_before;
}

void Liveness::stop() {
  stopped_ = true;
  give_up_.cancel();
}

void Liveness::ask() {
  ping_([weak = weak_from_this(), context = context_] {
    boost::asio::post(*context, [weak] {
      if (const auto self = weak.lock()) self->on_answer();
    });
  });
  outstanding_ = true;
  give_up_.expires_after(patience);
}

void Liveness::on_answer() {
  outstanding_ = false;
  answered_at_ = steady_clock::now();
  give_up_.cancel();
}

}  // namespace http
