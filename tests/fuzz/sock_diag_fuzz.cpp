// sources: monitor/probes/sock_diag.cpp
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include <netinet/in.h>

#include "monitor/probes/sock_diag.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace monitor::probes;
  DiagMessages messages(std::as_bytes(std::span(data, size)));
  while (const auto message = messages.next()) {
    if (message->error < 0) std::abort();
    for (const std::uint8_t protocol : {IPPROTO_TCP, IPPROTO_UDP}) {
      const auto socket = read_socket(*message, protocol);
      if (!socket) continue;
      if (socket->inode != inode_of(*message)) std::abort();
      if (socket->connection.peer_limited < monitor::Duration::zero()) std::abort();
      lookup_request(socket->id, message->sequence);
    }
  }
  return 0;
}
