#pragma once

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

// Real sockets on loopback, and processes that hold them.
namespace monitor {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { reset(); }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Address {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
  std::string port() {
    const auto* ipv4 = reinterpret_cast<const sockaddr_in*>(&storage);  // at one place in both
    return std::to_string(ntohs(ipv4->sin_port));
  }
};

inline Address loopback(int family) {
  Address address;
  if (family == AF_INET) {
    auto* ipv4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    ipv4->sin_family = AF_INET;
    ipv4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.size = sizeof *ipv4;
  } else {
    auto* ipv6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    ipv6->sin6_family = AF_INET6;
    ipv6->sin6_addr = in6addr_loopback;
    address.size = sizeof *ipv6;
  }
  return address;
}

inline Fd open_socket(int family, int type) {
  return Fd(::socket(family, type | SOCK_CLOEXEC, 0));
}

inline std::string port_of(const Fd& fd) {
  Address address;
  ::getsockname(fd.get(), address.get(), &address.size);
  return address.port();
}

struct Listener {
  explicit Listener(int family = AF_INET, int backlog = 128, int receive_buffer = 0)
      : fd(open_socket(family, SOCK_STREAM)), address(loopback(family)) {
    if (receive_buffer > 0) {
      ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    EXPECT_EQ(::bind(fd.get(), address.get(), address.size), 0) << std::strerror(errno);
    ::getsockname(fd.get(), address.get(), &address.size);
    ::listen(fd.get(), backlog);
  }

  Fd fd;
  Address address;
};

struct Pair {
  explicit Pair(int family = AF_INET, int receive_buffer = 0)
      : Pair(Listener(family, 128, receive_buffer)) {}
  explicit Pair(Listener listener)
      : client(open_socket(listener.address.get()->sa_family, SOCK_STREAM)) {
    EXPECT_EQ(::connect(client.get(), listener.address.get(), listener.address.size), 0)
        << std::strerror(errno);
    server = Fd(::accept4(listener.fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
    server_port = listener.address.port();
  }

  Fd client;
  Fd server;
  std::string server_port;
};

inline void send_all(const Fd& fd, std::size_t size) {
  const std::vector<char> bytes(size, 'x');
  ASSERT_EQ(::send(fd.get(), bytes.data(), size, MSG_NOSIGNAL), static_cast<ssize_t>(size));
}

// Until nothing more is taken.
inline void flood(const Fd& fd) {
  const std::vector<char> bytes(64 * 1024, 'x');
  while (::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT) > 0) {
  }
}

// A process of the test's, killed at the end.
class Child {
 public:
  // `run` writes to the descriptor what the test shall know.
  explicit Child(const std::function<void(int)>& run) {
    std::array<int, 2> pipe{};
    EXPECT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      run(pipe[1]);
      ::_exit(0);
    }
    ::close(pipe[1]);
    told_ = Fd(pipe[0]);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() { end(); }

  pid_t pid() const { return pid_; }
  // What it says in one write, or all that it says before it ends.
  std::string listen() const {
    std::array<char, 1024> buffer;
    const ssize_t got = ::read(told_.get(), buffer.data(), buffer.size());
    return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  }
  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  Fd told_;
};

inline void say(int fd, const std::string& text) {
  if (::write(fd, text.data(), text.size()) < 0) ::_exit(1);
}

}  // namespace monitor
