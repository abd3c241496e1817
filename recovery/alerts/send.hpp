#pragma once

#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "recovery/alert_queue.hpp"
#include "recovery/alerts/endpoint.hpp"

namespace recovery::alerts {

// The outcome of one try.
struct Attempt {
  std::optional<AlertFailure> failure;  // empty: delivered
  std::string error;                    // names scheme, host and port only
  std::string answer{};                 // its body; not for the log: it may repeat a secret
};

// What is sent; by default JSON is POSTed.
struct Message {
  std::string method = "POST";
  std::string content_type = "application/json";
  std::string body{};
};

// One request on a connection of its own, for alerts and exporters. Any 2xx is a delivery. Within
// `timeout` as a whole; reads at most 64 KiB of answer. Throws only when cancelled.
boost::asio::awaitable<Attempt> send(Endpoint endpoint, Message message, monitor::Duration timeout);

}  // namespace recovery::alerts
