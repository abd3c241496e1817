#pragma once

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

// A client that says exactly what it is told, for what a well-behaved one never would.
class RawClient {
 public:
  struct Reply {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
  };

  explicit RawClient(std::uint16_t port, int receive_buffer_bytes = 0)
      : RawClient(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port, receive_buffer_bytes) {}

  // Takes over a socket that is not connected yet.
  RawClient(int socket, std::uint16_t port, int receive_buffer_bytes) : socket_(socket) {
    if (receive_buffer_bytes > 0) {
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof(int));
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot connect");
    }
  }
  RawClient(RawClient&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient() {
    if (socket_ >= 0) ::close(socket_);
  }

  // False when the other side has gone.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (count < 0) return false;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  // Throws when no whole reply comes in time.
  Reply read_reply(bool head_only = false) {
    std::size_t end = std::string::npos;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) need_more();
    Reply reply = parse_head(received_.substr(0, end + 2));
    received_.erase(0, end + 4);
    if (head_only || reply.status == 100) return reply;
    const std::size_t length = std::stoul(reply.headers.at("content-length"));
    while (received_.size() < length) need_more();
    reply.body = received_.substr(0, length);
    received_.erase(0, length);
    return reply;
  }

  Reply get(std::string_view path, std::string_view headers = "") {
    send("GET " + std::string(path) + " HTTP/1.1\r\nHost: t\r\n" + std::string(headers) + "\r\n");
    return read_reply();
  }

  // Whether the other side closes in time, whatever it says before.
  bool is_closed_soon() {
    while (receive(patience)) {
    }
    return closed_;
  }
  // Looks without reading.
  bool has_bytes_waiting() const {
    pollfd ready{socket_, POLLIN, 0};
    return ::poll(&ready, 1, 0) > 0;
  }
  bool is_open_now() {
    while (receive(std::chrono::milliseconds(0))) {
    }
    return !closed_;
  }
  const std::string& received() const { return received_; }

 private:
  static constexpr std::chrono::seconds patience{20};  // of a loaded machine

  // True when bytes came; notes the end of the stream.
  bool receive(std::chrono::milliseconds wait) {
    pollfd ready{socket_, POLLIN, 0};
    if (closed_ || ::poll(&ready, 1, static_cast<int>(wait.count())) <= 0) return false;
    char bytes[65536];
    const ssize_t count = ::recv(socket_, bytes, sizeof bytes, 0);
    if (count > 0)
      received_.append(bytes, static_cast<std::size_t>(count));
    else
      closed_ = true;
    return count > 0;
  }

  void need_more() {
    if (!receive(patience)) throw std::runtime_error("no whole reply; got: " + received_);
  }

  static Reply parse_head(const std::string& head) {
    Reply reply;
    reply.status = std::stoi(head.substr(head.find(' ') + 1));
    std::size_t line = head.find("\r\n") + 2;
    while (line < head.size()) {
      const std::size_t end = head.find("\r\n", line);
      const std::size_t colon = head.find(": ", line);
      std::string name = head.substr(line, colon - line);
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      reply.headers[name] = head.substr(colon + 2, end - colon - 2);
      line = end + 2;
    }
    return reply;
  }

  int socket_;
  bool closed_ = false;
  std::string received_;
};
