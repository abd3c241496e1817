#include "monitor/probes/diag_channel.hpp"

#include <cerrno>
#include <utility>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace monitor::probes {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t buffer_size = 32 * 1024;  // bytes; the kernel fills no more in one recv
constexpr int wait_limit = 50;                  // ms; it answers before send returns
constexpr Duration dump_limit = 100ms;          // 10,000 sockets take a few ms
constexpr int stray_limit = 8;                  // unsolicited datagrams in one receive

}  // namespace

std::shared_ptr<DiagChannel> DiagChannel::shared() {
  static std::weak_ptr<DiagChannel> held;
  auto channel = held.lock();
  if (!channel) held = channel = std::make_shared<DiagChannel>();
  return channel;
}

DiagChannel::DiagChannel(DiagChannel&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      sequence_(other.sequence_),
      buffer_(std::move(other.buffer_)) {
}

DiagChannel& DiagChannel::operator=(DiagChannel&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(sequence_, other.sequence_);
  std::swap(buffer_, other.buffer_);
  return *this;
}

void DiagChannel::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

// What else would still come must not be taken for the next answer.
int DiagChannel::close_with(int error) {
  close();
  return error;
}

int DiagChannel::ask(const DiagRequest& request) {
  if (fd_ < 0) {
    fd_ = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG);
    if (fd_ < 0) return errno;
    buffer_.resize(buffer_size);
  }
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  const ssize_t sent = ::sendto(fd_, request.data(), request.size(), MSG_DONTWAIT,
                                reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
  return sent < 0 ? errno : 0;
}

int DiagChannel::wait() const {
  pollfd readable{.fd = fd_, .events = POLLIN, .revents = 0};
  const int ready = ::poll(&readable, 1, wait_limit);
  if (ready < 0) return errno;
  return ready == 0 ? ETIMEDOUT : 0;
}

int DiagChannel::receive(std::span<const std::byte>& bytes) {
  for (int i = 0; i < stray_limit; ++i) {
    sockaddr_nl sender{};
    socklen_t size = sizeof sender;
    const ssize_t got = ::recvfrom(fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT,
                                   reinterpret_cast<sockaddr*>(&sender), &size);
    if (got < 0 && errno != EAGAIN) return errno;
    if (got < 0) {
      if (const int error = wait()) return error;
      continue;
    }
    bytes = std::span(buffer_).first(static_cast<std::size_t>(got));
    if (sender.nl_pid == 0)
      return 0;  // any process may write to a netlink socket: only the kernel is 0
  }
  return ETIMEDOUT;
}

int DiagChannel::dump(DiagTable table, std::span<const std::uint16_t> ports,
                      const std::function<void(const DiagMessage&)>& take) {
  const auto deadline = Clock::now() + dump_limit;
  if (const int error = ask(dump_request(table, ++sequence_, ports))) return close_with(error);
  while (Clock::now() < deadline) {
    std::span<const std::byte> bytes;
    if (const int error = receive(bytes)) return close_with(error);
    DiagMessages messages(bytes);
    while (const auto message = messages.next()) {
      if (message->sequence != sequence_) continue;
      if (message->kind == DiagMessage::Kind::done) return message->error;
      if (message->kind == DiagMessage::Kind::error) return close_with(message->error);
      if (message->kind == DiagMessage::Kind::socket) take(*message);
    }
  }
  return close_with(ETIMEDOUT);
}

int DiagChannel::lookup(const DiagId& id, std::optional<DiagSocket>& socket) {
  if (const int error = ask(lookup_request(id, ++sequence_))) return close_with(error);
  for (int i = 0; i < stray_limit; ++i) {
    std::span<const std::byte> bytes;
    if (const int error = receive(bytes)) return close_with(error);
    DiagMessages messages(bytes);
    while (const auto message = messages.next()) {
      if (message->sequence != sequence_) continue;
      if (message->kind == DiagMessage::Kind::error) return message->error;
      socket = read_socket(*message, id.table.protocol);
      return socket ? 0 : EPROTO;
    }
  }
  return close_with(ETIMEDOUT);
}

}  // namespace monitor::probes
