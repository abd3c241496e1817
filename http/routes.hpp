#pragma once

#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "http/liveness.hpp"
#include "http/loop.hpp"
#include "http/metrics_page.hpp"
#include "http/reply.hpp"
#include "http/snapshot.hpp"

namespace http {

// Path and method → answer. For one thread.
class Routes {
 public:
  Routes(std::string metrics_path, const Board& board, Loop loop,
         std::shared_ptr<Liveness> liveness);

  // Waits for the supervising loop where the route asks for its liveness; never longer than 2 s.
  boost::asio::awaitable<Reply> answer(const Request& request);

 private:
  Reply at_once(const Request& request, const Moment& now);

  std::string metrics_path_;
  const Board& board_;
  Loop loop_;
  std::shared_ptr<Liveness> liveness_;
  MetricsPage metrics_;
};

}  // namespace http
