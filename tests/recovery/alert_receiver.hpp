#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

// A folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "alerts_XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// A key and a certificate for `localhost`, signed by itself.
struct Certificate {
  Folder folder;
  std::string certificate = folder.file("certificate.pem");
  std::string key = folder.file("key.pem");

  Certificate() {
    const std::string command =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
        " -addext subjectAltName=DNS:localhost -keyout " +
        key + " -out " + certificate + " 2>/dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl failed");
  }
};

// A receiver of web hooks on 127.0.0.1, on a free port if none is given, one connection at a time.
// Notes what it is sent, and answers what it is told to.
class AlertReceiver {
 public:
  struct Request {
    std::string head;
    std::string body;
  };
  // The whole answer; empty: closes without one; "hang": never answers.
  using Answer = std::function<std::string(const Request&)>;

  static std::string status(const std::string& line, const std::string& headers = {}) {
    return "HTTP/1.1 " + line + "\r\nContent-Length: 2\r\n" + headers + "\r\nok";
  }

  explicit AlertReceiver(Answer answer, const Certificate* certificate = nullptr,
                         std::uint16_t port = 0)
      : answer_(std::move(answer)), port_(port) {
    if (certificate) use(*certificate);
    listen();
    thread_ = std::thread([this] { serve(); });
  }
  explicit AlertReceiver(const std::string& answer)
      : AlertReceiver([answer](const Request&) { return answer; }) {}
  ~AlertReceiver() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    for (const int fd : hanging_) ::close(fd);
    ::close(listener_);
    SSL_CTX_free(tls_);
  }
  AlertReceiver(const AlertReceiver&) = delete;
  AlertReceiver& operator=(const AlertReceiver&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& path) const {
    return (tls_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port_) + path;
  }
  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  struct Stream {
    int fd;
    SSL* tls = nullptr;
    long read(char* into, int size) {
      return tls ? SSL_read(tls, into, size) : ::read(fd, into, size);
    }
    void write(const std::string& text) {
      const int size = static_cast<int>(text.size());
      if (tls) {
        SSL_write(tls, text.data(), size);
      } else {
        ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
      }
    }
  };

  void use(const Certificate& certificate) {
    tls_ = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate_file(tls_, certificate.certificate.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(tls_, certificate.key.c_str(), SSL_FILETYPE_PEM);
  }

  void listen() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    const int again = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &again, sizeof again);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::listen(listener_, 16) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      throw std::runtime_error("cannot listen");
    }
    port_ = ntohs(address.sin_port);
  }

  void serve() {
    while (!stopping_) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      const timeval patience{.tv_sec = 5, .tv_usec = 0};
      ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      take(fd);
    }
  }

  void take(int fd) {
    Stream stream{fd};
    if (tls_) {
      stream.tls = SSL_new(tls_);
      SSL_set_fd(stream.tls, fd);
    }
    const bool is_open = !stream.tls || SSL_accept(stream.tls) == 1;
    const std::string answer = is_open ? converse(stream) : std::string();
    if (answer == "hang") {
      hanging_.push_back(fd);
    } else {
      if (!answer.empty()) stream.write(answer);
      if (stream.tls && !answer.empty()) SSL_shutdown(stream.tls);
      ::shutdown(fd, SHUT_WR);
      ::close(fd);
    }
    SSL_free(stream.tls);
  }

  std::string converse(Stream& stream) {
    const Request request = read_request(stream);
    if (request.head.empty()) return {};  // connected and hung up
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    return answer_(request);
  }

  static Request read_request(Stream& stream) {
    std::string received;
    std::size_t end = std::string::npos;
    std::size_t wanted = 0;
    while (end == std::string::npos || received.size() < wanted) {
      char chunk[4096];
      const long count = stream.read(chunk, sizeof chunk);
      if (count <= 0) break;
      received.append(chunk, static_cast<std::size_t>(count));
      if (end == std::string::npos) end = received.find("\r\n\r\n");
      const std::size_t length = received.find("Content-Length: ");
      if (end != std::string::npos && length != std::string::npos) {
        wanted = end + 4 + std::stoul(received.substr(length + 16));
      }
    }
    if (end == std::string::npos) return {received, {}};
    return {received.substr(0, end + 2), received.substr(end + 4)};
  }

  Answer answer_;
  SSL_CTX* tls_ = nullptr;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::vector<int> hanging_;
  mutable std::mutex mutex_;
  std::vector<Request> requests_;
  std::thread thread_;
};

// A port of 127.0.0.1 on which nothing listens.
inline std::uint16_t free_port() {
  return AlertReceiver("").port();
}
