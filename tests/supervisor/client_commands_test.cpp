#include "supervisor/command_line/client_commands.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/api.hpp"

namespace supervisor {
namespace {

std::optional<std::string> no_environment(const char*) {
  return std::nullopt;
}

constexpr const char* on_air = R"({"streams":[
{"name":"radio","state":"on_air","pid":4242,"uptime_seconds":3725.5,"verdict":null,
 "progress":{"fps":25.04,"speed":0.9987,"bitrate_bps":2500000},"recovery":{"restart_count":3}},
{"name":"with-long-name","state":"on_air","pid":17,"uptime_seconds":59,
 "progress":{"fps":null,"speed":1.01,"bitrate_bps":128000.4},"recovery":{"restart_count":0}}]})";

constexpr const char* off_air = R"({"streams":[
{"name":"a","state":"on_air","pid":1,"uptime_seconds":1,"recovery":{"restart_count":0}},
{"name":"b","state":"cooling_down","pid":null,"uptime_seconds":0,"progress":null,
 "verdict":{"component":"sink","cause":"sink_lost"},"recovery":{"restart_count":9}}]})";

// Answers one request on a free port of this machine, and remembers its first line.
class OneAnswer {
 public:
  explicit OneAnswer(int status, const std::string& body)
      : reply_("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    bind(listener_, reinterpret_cast<sockaddr*>(&address), length);
    listen(listener_, 1);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~OneAnswer() {
    if (thread_.joinable()) thread_.join();
    close(listener_);
  }

  int port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::string request() {
    thread_.join();
    return request_.substr(0, request_.find("\r\n"));
  }

 private:
  bool readable(int fd) {
    pollfd wanted{fd, POLLIN, 0};
    return poll(&wanted, 1, 10'000) == 1;
  }

  void serve() {
    if (!readable(listener_)) return;
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    char bytes[1024];
    while (request_.find("\r\n\r\n") == std::string::npos && readable(connection)) {
      const ssize_t count = read(connection, bytes, sizeof bytes);
      if (count <= 0) break;
      request_.append(bytes, static_cast<std::size_t>(count));
    }
    send(connection, reply_.data(), reply_.size(), MSG_NOSIGNAL);
    close(connection);
  }

  std::string reply_, request_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

struct Result {
  int code;
  std::string out, err;
};

Result status(const Options& options, const Environment& environment = no_environment) {
  std::ostringstream out, err;
  const int code = run_status(options, environment, out, err);
  return {code, out.str(), err.str()};
}

Result healthcheck(const Options& options) {
  std::ostringstream out, err;
  const int code = run_healthcheck(options, no_environment, out, err);
  return {code, out.str(), err.str()};
}

Options at(const std::string& url) {
  Options options;
  options.url = url;
  return options;
}

std::string url_for(const Options& options, const std::string& port = "") {
  return instance_url(
      options,
      [&](const char* name) -> std::optional<std::string> {
        return name == std::string("METRICS_PORT") && !port.empty() ? std::optional(port)
                                                                    : std::nullopt;
      },
      "/nonexistent");
}

// A process file system in which the processes were started so.
class FakeProc {
 public:
  FakeProc() { std::filesystem::remove_all(root); }
  ~FakeProc() { std::filesystem::remove_all(root); }
  void add(const std::string& pid, const std::vector<std::string>& words,
           const std::vector<std::string>& variables = {}) const {
    std::filesystem::create_directories(root + "/" + pid);
    write(pid + "/cmdline", words, '\0');
    write(pid + "/environ", variables, '\0');
  }
  void set_children(const std::vector<std::string>& pids) const {
    std::filesystem::create_directories(root + "/1/task/1");
    write("1/task/1/children", pids, ' ');
  }
  std::string url(const std::string& port = "") const {
    return instance_url(
        {},
        [&](const char* name) -> std::optional<std::string> {
          return name == std::string("METRICS_PORT") && !port.empty() ? std::optional(port)
                                                                      : std::nullopt;
        },
        root);
  }

  const std::string root = testing::TempDir() + "fake_proc_" + std::to_string(getpid());

 private:
  void write(const std::string& name, const std::vector<std::string>& texts, char end) const {
    std::ofstream file(root + "/" + name, std::ios::binary);
    for (const std::string& text : texts) file << text << end;
  }
};

// A health check of an image knows nothing of the flags of the container.
TEST(InstanceUrl, IsThatOfTheContainersFirstProcess) {
  FakeProc proc;
  EXPECT_EQ(proc.url("9191"), "http://127.0.0.1:9191");
  proc.add("1", {"/usr/bin/ffsupervisor", "--listen", ":8080", "ffmpeg", "-i", "x", "y"});
  EXPECT_EQ(proc.url("9191"), "http://127.0.0.1:8080");
  proc.add("1", {"ffsupervisor", "ffmpeg", "-i", "x", "y"}, {"A=b", "METRICS_PORT=7070"});
  EXPECT_EQ(proc.url("9191"), "http://127.0.0.1:7070");
  proc.add("1", {"ffsupervisor", "healthcheck"});
  EXPECT_EQ(proc.url("9191"), "http://127.0.0.1:9191");
}

TEST(InstanceUrl, IsThatOfTheOnlyChildOfAnInit) {
  FakeProc proc;
  proc.add("1", {"/sbin/docker-init", "--", "ffsupervisor", "--listen", ":8080", "ffmpeg"});
  proc.add("7", {"ffsupervisor", "--listen", "[::1]:8080", "ffmpeg", "-i", "x", "y"});
  proc.add("8", {"ffsupervisor", "--listen", ":8081", "ffmpeg", "-i", "x", "y"});
  proc.set_children({"7"});
  EXPECT_EQ(proc.url("9191"), "http://[::1]:8080");
  proc.set_children({"7", "8"});
  EXPECT_EQ(proc.url("9191"), "http://127.0.0.1:9191") << "which of them is not known";
}

// Nothing listens there: bound once, then given up.
std::string dead_url() {
  OneAnswer server(200, "");
  const std::string url = server.url();
  Options options = at(url);
  std::ostringstream ignored;
  run_healthcheck(options, no_environment, ignored, ignored);
  return url;
}

TEST(Status, PrintsAnAlignedTableAndIsContentWhenEveryStreamIsOnAir) {
  OneAnswer server(200, on_air);
  const Result result = status(at(server.url() + "/"));
  EXPECT_EQ(server.request(), "GET /api/v1/streams HTTP/1.1");
  EXPECT_EQ(result.out,
            "STREAM          STATE   PID   UPTIME  FPS   SPEED  BITRATE      RESTARTS  CAUSE\n"
            "radio           on_air  4242  1h2m    25.0  1.00x  2.50 Mbit/s  3         -\n"
            "with-long-name  on_air  17    59s     -     1.01x  128 kbit/s   0         -\n"
            "\nAll 2 streams are on air.\n");
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.code, 0);
}

TEST(Status, SaysWhyAStreamIsOffAir) {
  OneAnswer server(200, off_air);
  const Result result = status(at(server.url()));
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.out.find("cooling_down"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("sink_lost"), std::string::npos) << result.out;
}

TEST(Status, ReadsWhatTheApiWrites) {
  http::SnapshotStore snapshots(1);
  auto snapshot = std::make_shared<http::StreamSnapshot>();
  snapshot->name = "radio";
  snapshot->status.state = recovery::State::cooling_down;
  snapshot->status.pid = 4711;
  snapshot->status.verdict = monitor::Verdict{monitor::Cause::encoder_frozen, {"no advance"}};
  snapshot->totals.restarts = 5;
  snapshot->readings.progress.emplace();
  snapshot->readings.fps = 25;
  snapshot->readings.speed = 1;
  snapshot->readings.bitrate_bps = 96'000;
  snapshots.publish(0, snapshot);
  OneAnswer server(200, *http::streams(snapshots.read(), http::ClockReading{}).body);
  const Result result = status(at(server.url()));
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.out,
            "STREAM  STATE         PID   UPTIME  FPS   SPEED  BITRATE    RESTARTS  CAUSE\n"
            "radio   cooling_down  4711  -       25.0  1.00x  96 kbit/s  5         encoder_frozen\n"
            "\nThe stream is not on air.\nradio: off air: encoder_frozen: no advance\n"
            "  Restart the stream if it is not restarted by itself, and check this machine's disk, "
            "memory and CPU.\n")
      << result.err;
}

constexpr const char* in_trouble = R"({"streams":[
{"name":"a","state":"on_air","since":"2024-11-30T10:00:00.000Z","verdict":null,"recovery":{}},
{"name":"b","state":"cooling_down","since":"2024-11-30T10:12:04.500Z",
 "verdict":{"cause":"sink_lost","evidence":["The connection broke.","More."]},
 "recovery":{"next_launch_in_seconds":19.6,"escalated":true}},
{"name":"c","state":"on_air","since":null,
 "verdict":{"cause":"encoder_slow","evidence":["Speed 0.80 for 30 s."]},"recovery":{}}]})";

TEST(Status, SaysSinceWhenWhyAndWhatComesNext) {
  OneAnswer server(200, in_trouble);
  const Result result = status(at(server.url()));
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.out.find("\n2 of 3 streams are on air.\n"
                            "b: off air since 2024-11-30 10:12:04 UTC ("),
            std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find("): sink_lost: The connection broke. Next attempt in 20 s. "
                            "Escalated.\nc: on air: encoder_slow: Speed 0.80 for 30 s.\n"),
            std::string::npos)
      << result.out;
}

TEST(Status, WhatHasEndedForGoodIsNotSaidToStartAgain) {
  const auto said = [](const std::string& ended) {
    OneAnswer server(200, R"({"streams":[{"name":"a","state":"stopped","ended":)" + ended +
                              R"(,"verdict":{"cause":"command_invalid"},"recovery":{}}]})");
    return status(at(server.url())).out;
  };
  EXPECT_NE(said("true").find("a: stopped: command_invalid. Only another configuration begins it "
                              "again.\n"),
            std::string::npos)
      << said("true");
  EXPECT_NE(said("false").find("ffsupervisor start a begins it again."), std::string::npos);
}

TEST(Status, OfOneStreamIsItsOwn) {
  Options options;
  options.stream = "a";
  {
    OneAnswer server(200, in_trouble);
    options.url = server.url();
    const Result result = status(options);
    EXPECT_EQ(result.code, 0) << "the others do not count";
    EXPECT_EQ(result.out.find("cooling_down"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("The stream is on air."), std::string::npos) << result.out;
  }
  {
    OneAnswer server(200, in_trouble);
    options.url = server.url();
    options.json = true;
    EXPECT_TRUE(status(options).out.starts_with(R"({"name":"a")"));
  }
  OneAnswer server(200, in_trouble);
  options.url = server.url();
  options.stream = "d";
  const Result result = status(options);
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err, "ffsupervisor: no stream has the name \"d\"; there are: a, b, c\n");
}

TEST(Status, HasColoursOnATerminalAlone) {
  const auto shown = [](bool has_colours) {
    OneAnswer server(200, in_trouble);
    std::ostringstream out, err;
    run_status(at(server.url()), no_environment, Screen{out, err, has_colours});
    return out.str();
  };
  EXPECT_EQ(shown(false).find('\x1b'), std::string::npos);
  EXPECT_NE(shown(true).find("\x1b[31mcooling_down"), std::string::npos) << shown(true);
  EXPECT_NE(shown(true).find("\x1b[32mon_air"), std::string::npos);
}

// What a terminal could take for a command comes from FFmpeg's own words.
TEST(Status, ATerminalGetsNoCommandsFromTheAnswer) {
  OneAnswer server(200, R"({"streams":[{"name":"a","state":"starting",
    "verdict":{"cause":"sink_lost","evidence":["\u001b]0;title\u0007"]},"recovery":{}}]})");
  const Result result = status(at(server.url()));
  EXPECT_EQ(result.out.find('\x1b'), std::string::npos) << result.out;
}

TEST(Status, AWatchOutlivesAnInstanceThatRestarts) {
  std::optional<OneAnswer> server(std::in_place, 200, on_air);
  int looks = 0;
  std::ostringstream out, err;
  const int code = watch_status(at(server->url()), no_environment, Screen{out, err}, [&] {
    server.reset();
    return ++looks < 3;
  });
  EXPECT_EQ(looks, 3);
  EXPECT_EQ(code, 3);
  const std::string text = out.str();
  EXPECT_NE(text.find("All 2 streams are on air."), std::string::npos) << text;
  EXPECT_NE(text.find("Connection refused"), text.rfind("Connection refused")) << text;
}

TEST(Status, AWatchOfNothingEnds) {
  std::ostringstream out, err;
  const int code = watch_status(at(dead_url()), no_environment, Screen{out, err}, [] {
    ADD_FAILURE() << "there is nothing to watch";
    return false;
  });
  EXPECT_EQ(code, 3);
}

TEST(Status, SaysWhatIsInDoubtAndThatAReloadHasFailed) {
  OneAnswer server(200, R"json({"streams":[{"name":"radio","state":"on_air","uptime_seconds":60,
    "doubts":["No progress for 6 s (frozen at 30 s)"]}],
    "config":{"successful":false,"message":"line 3: unknown key","succeeded_at":null}})json");
  const Result result = status(at(server.url()));
  EXPECT_EQ(result.code, 0);
  EXPECT_NE(result.out.find("The stream is on air; it may not stay so.\nradio: on air.\n"
                            "  No progress for 6 s (frozen at 30 s).\n"
                            "The last reload failed, the configuration before is in force: "
                            "line 3: unknown key\n"),
            std::string::npos)
      << result.out;
}

TEST(Status, PrintsTheApisOwnJson) {
  OneAnswer server(200, off_air);
  Options options = at(server.url());
  options.json = true;
  const Result result = status(options);
  EXPECT_EQ(result.out, std::string(off_air) + "\n");
  EXPECT_EQ(result.code, 1);
}

TEST(Status, WhatIsNotOurAnswerIsSaidAndNotPrinted) {
  for (const char* body : {"", "<html>", "[]", "{}", "{\"streams\":3}", "{\"streams\":[1]}",
                           "{\"streams\":[{\"name\":\"a\"}]}"}) {
    OneAnswer server(200, body);
    const Result result = status(at(server.url()));
    EXPECT_EQ(result.code, 3) << body;
    EXPECT_EQ(result.out, "") << body;
    EXPECT_NE(result.err.find("the answer is "), std::string::npos) << result.err;
  }
  OneAnswer server(404, "{}");
  EXPECT_NE(status(at(server.url())).err.find("answered 404, expected 200"), std::string::npos);
}

TEST(Status, AnUnreachableInstanceIsNamed) {
  const std::string url = dead_url();
  const Result result = status(at(url));
  EXPECT_EQ(result.code, 3) << "not the code of a stream that is off air";
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find(url), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("Is ffsupervisor running? Where: --url"), std::string::npos)
      << result.err;
}

TEST(Status, AWrongPortInTheEnvironmentIsSaid) {
  const Result result = status({}, [](const char*) -> std::optional<std::string> { return "abc"; });
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("METRICS_PORT"), std::string::npos) << result.err;
}

TEST(Healthcheck, AsksTheProbeAndFollowsItsStatus) {
  {
    OneAnswer server(200, R"({"status":"healthy","message":"every stream is on air"})");
    const Result result = healthcheck(at(server.url()));
    EXPECT_EQ(server.request(), "GET /health/readiness HTTP/1.1");
    EXPECT_EQ(result.code, 0);
    EXPECT_EQ(result.out, "readiness: 200 every stream is on air\n");
  }
  OneAnswer server(503, R"({"status":"unhealthy","message":"no"})");
  Options options = at(server.url());
  options.probe = "liveness";
  const Result result = healthcheck(options);
  EXPECT_EQ(server.request(), "GET /health/liveness HTTP/1.1");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.out, "liveness: 503 no\n");
}

TEST(Status, APasswordInTheUrlIsNotShown) {
  std::string url = dead_url();
  url.insert(7, "user:planted@");
  const Result result = status(at(url));
  EXPECT_EQ(result.code, 3);
  EXPECT_EQ(result.err.find("planted"), std::string::npos) << result.err;
}

TEST(Healthcheck, NoAnswerIsNotHealthy) {
  const Result result = healthcheck(at(dead_url()));
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err, "");
}

TEST(InstanceUrl, FollowsThePrecedenceOfTheServer) {
  EXPECT_EQ(url_for({}), "http://127.0.0.1:9090");
  EXPECT_EQ(url_for({}, "8000"), "http://127.0.0.1:8000");

  Options options;
  const std::string path = testing::TempDir() + "client_" + std::to_string(getpid()) + ".yml";
  std::ofstream(path) << "http: {listen: \"10.0.0.1:7000\"}\n";
  options.config_file = path;
  EXPECT_EQ(url_for(options), "http://10.0.0.1:7000");
  EXPECT_EQ(url_for(options, "8000"), "http://10.0.0.1:8000");
  options.listen = "[::]:6000";
  EXPECT_EQ(url_for(options, "8000"), "http://[::1]:6000");
  options.listen = "[fd00::1]:6000";
  EXPECT_EQ(url_for(options), "http://[fd00::1]:6000");
  options.url = "http://elsewhere:1/";
  EXPECT_EQ(url_for(options), "http://elsewhere:1");
  options.url = "elsewhere:1";
  EXPECT_EQ(url_for(options), "http://elsewhere:1");
}

}  // namespace
}  // namespace supervisor
