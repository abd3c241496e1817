#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/recovery/alert_receiver.hpp"

// The status and body of `GET path` from 127.0.0.1; empty when there is no answer.
inline std::string http_get(std::uint16_t port, const std::string& path) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    const std::string request = "GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n";
    ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    char chunk[4096];
    for (ssize_t count = 0; (count = ::read(fd, chunk, sizeof chunk)) > 0;) {
      answer.append(chunk, static_cast<std::size_t>(count));
    }
  }
  ::close(fd);
  return answer.starts_with("HTTP/1.") ? answer.substr(9) : std::string();
}

// A real one, behind the base path /am, with its data in a temporary folder; it tells `web_hook` of
// every alert and its end.
class Alertmanager {
 public:
  static constexpr const char* program = "/usr/bin/prometheus-alertmanager";
  static bool is_installed() { return ::access(program, X_OK) == 0; }

  explicit Alertmanager(const std::string& web_hook) : port_(free_port()) {
    std::ofstream(folder_.file("config.yml"))
        << "route: {receiver: test, group_by: [stream], group_wait: 0s, group_interval: 1s}\n"
        << "receivers: [{name: test, webhook_configs: [{url: '" << web_hook << "'}]}]\n";
    start();
  }
  ~Alertmanager() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  std::string base_url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/am"; }
  bool is_ready() const { return http_get(port_, "/am/-/ready").starts_with("200"); }
  // The JSON of the alerts that fire.
  std::string alerts() const {
    const std::string answer = http_get(port_, "/am/api/v2/alerts");
    const std::size_t end = answer.find("\r\n\r\n");
    return end == std::string::npos ? answer : answer.substr(end + 4);
  }
  std::string log() const {
    std::ifstream file(folder_.file("log"));
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  void start() {
    const std::vector<std::string> words{program,
                                         "--config.file=" + folder_.file("config.yml"),
                                         "--storage.path=" + folder_.file("data"),
                                         "--web.listen-address=127.0.0.1:" + std::to_string(port_),
                                         "--web.external-url=" + base_url(),
                                         "--cluster.listen-address="};
    std::vector<char*> argv;
    for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const std::string log_file = folder_.file("log");
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);
    const int log = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::dup2(log, 1);
    ::dup2(log, 2);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }

  Folder folder_;
  std::uint16_t port_;
  pid_t pid_ = -1;
};
