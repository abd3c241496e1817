#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/server.hpp"
#include "http/snapshot_store.hpp"
#include "raw_client.hpp"

inline std::shared_ptr<http::StreamSnapshot> snapshot_of(const std::string& name) {
  auto snapshot = std::make_shared<http::StreamSnapshot>();
  snapshot->name = name;
  snapshot->command = std::make_shared<std::vector<std::string>>(
      std::vector<std::string>{"ffmpeg", "-i", "in.mp3", "rtmp://server/live/***"});
  return snapshot;
}

inline std::shared_ptr<http::StreamSnapshot> on_air_snapshot(const std::string& name) {
  using namespace std::chrono_literals;
  auto snapshot = snapshot_of(name);
  const auto now = std::chrono::steady_clock::now();
  snapshot->has_rtmp_output = true;
  snapshot->status.state = recovery::State::on_air;
  snapshot->status.generation = 3;
  snapshot->status.pid = 4242;
  snapshot->status.launched_at = now - 301s;
  snapshot->status.on_air_since = now - 300s;
  snapshot->status.on_air_total = 300s;
  snapshot->status.off_air_total = 7s;
  snapshot->status.settled_at = now;
  return snapshot;
}

inline http::Settings with_token(const std::string& token) {
  http::Settings settings;
  settings.auth.bearer_token = token;
  return settings;
}

inline std::shared_ptr<http::StreamSnapshot> cooling_snapshot(const std::string& name) {
  using namespace std::chrono_literals;
  auto snapshot = snapshot_of(name);
  const auto now = std::chrono::steady_clock::now();
  snapshot->status.state = recovery::State::cooling_down;
  snapshot->status.failed = true;
  snapshot->status.next_launch_at = now + 30s;
  snapshot->status.verdict = monitor::Verdict{monitor::Cause::sink_lost, {"the connection broke"}};
  snapshot->status.last_exit = monitor::ExitStatus{.code = 1, .signal = {}};
  snapshot->status.on_air_total = 300s;
  snapshot->status.off_air_total = 7s;
  snapshot->status.settled_at = now;
  return snapshot;
}

// The supervising loop as the server knows it: it answers pings at once, or is stuck.
class FakeLoop {
 public:
  void ping(std::function<void()> answer) {
    const std::scoped_lock lock(mutex_);
    ++pings_;
    if (stuck_)
      waiting_.push_back(std::move(answer));
    else
      answer();
  }
  void get_stuck() {
    const std::scoped_lock lock(mutex_);
    stuck_ = true;
  }
  void turn_again() {
    const std::scoped_lock lock(mutex_);
    stuck_ = false;
    for (const auto& answer : waiting_) answer();
    waiting_.clear();
  }
  int pings() const {
    const std::scoped_lock lock(mutex_);
    return pings_;
  }
  // Knows one stream, "radio", and accepts every command.
  void control(const http::SupervisorApi::Target& target, http::Control what,
               std::function<void(http::Outcome)> answer) {
    const std::scoped_lock lock(mutex_);
    const std::string output = target.output.empty() ? "" : "/" + target.output;
    asked_.emplace_back(target.stream + output, what);
    if (stuck_) return waiting_.push_back([answer] { answer({202, "late"}); });
    answer(target.stream == "radio" ? http::Outcome{202, "it will be done"}
                                    : http::Outcome{404, "no such stream"});
  }
  std::vector<std::pair<std::string, http::Control>> asked() const {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }

 private:
  mutable std::mutex mutex_;
  bool stuck_ = false;
  int pings_ = 0;
  std::vector<std::function<void()>> waiting_;
  std::vector<std::pair<std::string, http::Control>> asked_;
};

// A server on a free port of 127.0.0.1 with its snapshots, its loop and its log.
class Stage {
 public:
  explicit Stage(
      std::vector<std::shared_ptr<http::StreamSnapshot>> streams = {on_air_snapshot("radio")},
      const http::Bounds& bounds = {}, const std::string& metrics_path = "/metrics",
      http::Settings settings = {})
      : snapshots(streams.size()) {
    for (std::size_t i = 0; i < streams.size(); ++i) snapshots.publish(i, streams[i]);
    settings.address = "127.0.0.1";
    settings.port = 0;
    settings.metrics_path = metrics_path;
    server = std::make_unique<http::Server>(
        settings, bounds, snapshots,
        http::SupervisorApi{
            .ping = [this](std::function<void()> answer) { loop.ping(std::move(answer)); },
            .control = [this](const http::SupervisorApi::Target& target, http::Control what,
                              auto answer) { loop.control(target, what, std::move(answer)); },
            .reload = {},
            .test_alerts =
                [](const std::function<void(http::Outcome)>& answer) {
                  answer({200,
                          "1 of 1 receivers accepted the test",
                          {{"slack", "https://hooks.slack.com:443", true, "accepted"}}});
                },
            .on_now_playing = {}},
        [this](const http::Server::LogEntry& entry) {
          const std::scoped_lock lock(mutex_);
          log_.push_back(entry);
        });
  }

  std::uint16_t port() const { return server->port(); }
  RawClient::Reply get(std::string_view path, std::string_view headers = "") const {
    return RawClient(port()).get(path, headers);
  }
  RawClient::Reply post(std::string_view path, std::string_view headers = "") const {
    RawClient client(port());
    client.send("POST " + std::string(path) + " HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n" +
                std::string(headers) + "\r\n");
    return client.read_reply();
  }
  std::vector<http::Server::LogEntry> log() const {
    const std::scoped_lock lock(mutex_);
    return log_;
  }

  http::SnapshotStore snapshots;
  FakeLoop loop;

 private:
  mutable std::mutex mutex_;
  std::vector<http::Server::LogEntry> log_;

 public:
  std::unique_ptr<http::Server> server;  // last: it uses all the others
};

// Polls until the condition holds; false when it does not in time.
template <class Condition>
bool holds_soon(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    ::usleep(5000);
  }
  return true;
}
