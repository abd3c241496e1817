#pragma once

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

// Servers on the loopback interface for the tests of probes; each serves one client at a time.
namespace loopback {

namespace asio = boost::asio;
using asio::ip::tcp;

// What a server has of its client.
class Client {
 public:
  explicit Client(tcp::socket& socket) : socket_(&socket) {}
  explicit Client(asio::ssl::stream<tcp::socket&>& secure) : secure_(&secure) {}

  // The request's header; empty when the client went.
  std::string request() {
    std::string text;
    boost::system::error_code error;
    const auto into = asio::dynamic_buffer(text);
    if (secure_) asio::read_until(*secure_, into, "\r\n\r\n", error);
    if (socket_) asio::read_until(*socket_, into, "\r\n\r\n", error);
    return text;
  }
  bool say(const std::string& bytes) {
    boost::system::error_code error;
    if (secure_) asio::write(*secure_, asio::buffer(bytes), error);
    if (socket_) asio::write(*socket_, asio::buffer(bytes), error);
    return !error;
  }
  // Until the client hangs up.
  void wait_for_end() {
    std::string rest;
    boost::system::error_code error;
    auto into = asio::dynamic_buffer(rest, 1 << 20);
    while (!error) {
      if (secure_) asio::read(*secure_, into, asio::transfer_at_least(1), error);
      if (socket_) asio::read(*socket_, into, asio::transfer_at_least(1), error);
    }
  }

 private:
  tcp::socket* socket_ = nullptr;
  asio::ssl::stream<tcp::socket&>* secure_ = nullptr;
};

// Gone with what is in it at the end.
struct Folder {
  Folder() {
    std::string name = std::filesystem::temp_directory_path() / "probe-test-XXXXXX";
    if (!::mkdtemp(name.data())) throw std::runtime_error("no temporary folder");
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path path;
};

// A certificate for `localhost` and 127.0.0.1 that signs itself, made by openssl, and its key.
struct Certificate {
  Certificate() {
    const std::string command =
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test "
        "-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout " +
        key() + " -out " + file() + " 2>/dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl made no certificate");
  }
  std::string file() const { return folder.path / "certificate.pem"; }
  std::string key() const { return folder.path / "key.pem"; }
  Folder folder;
};

class Server {
 public:
  using Serve = std::function<void(Client&)>;

  explicit Server(Serve serve, const Certificate* certificate = nullptr)
      : acceptor_(context_, {asio::ip::address_v4::loopback(), 0}), serve_(std::move(serve)) {
    if (certificate) {
      tls_ = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
      tls_->use_certificate_chain_file(certificate->file());
      tls_->use_private_key_file(certificate->key(), asio::ssl::context::pem);
    }
    port_ = std::to_string(acceptor_.local_endpoint().port());
    thread_ = std::thread([this] { run(); });
  }
  ~Server() {
    ending_ = true;
    asio::io_context context;
    tcp::socket last(context);
    boost::system::error_code error;
    last.connect(acceptor_.local_endpoint(), error);  // wakes the accept
    last.close(error);
    thread_.join();
  }
  const std::string& port() const { return port_; }
  std::string url(const std::string& path) const {
    return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + port_ + path;
  }
  int served() const { return served_; }

 private:
  void run() {
    while (!ending_) {
      tcp::socket socket(context_);
      boost::system::error_code error;
      acceptor_.accept(socket, error);
      if (error || ending_) continue;
      ++served_;
      tls_ ? serve_encrypted(socket) : serve_plain(socket);
    }
  }
  void serve_plain(tcp::socket& socket) {
    Client client(socket);
    serve_(client);
  }
  void serve_encrypted(tcp::socket& socket) {
    asio::ssl::stream<tcp::socket&> secure(socket, *tls_);
    boost::system::error_code error;
    secure.handshake(asio::ssl::stream_base::server, error);
    Client client(secure);
    if (!error) serve_(client);
  }

  asio::io_context context_;
  tcp::acceptor acceptor_;
  Serve serve_;
  std::unique_ptr<asio::ssl::context> tls_;
  std::string port_;
  std::atomic<bool> ending_ = false;
  std::atomic<int> served_ = 0;
  std::thread thread_;
};

// A port where nothing listens.
inline std::string closed_port() {
  asio::io_context context;
  const tcp::acceptor acceptor(context, {asio::ip::address_v4::loopback(), 0});
  return std::to_string(acceptor.local_endpoint().port());
}

}  // namespace loopback
