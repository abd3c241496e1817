// `logs`, `restart` and their like against a running server, as people call them.
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <sstream>
#include <streambuf>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

#include "supervisor/command_line/client_commands.hpp"
#include "tests/http/stage.hpp"

namespace supervisor {
namespace {

using namespace std::chrono_literals;
using Mode = Options::Mode;
using Asked = std::vector<std::string>;

constexpr const char* token = "a-token-that-is-long";

std::optional<std::string> no_environment(const char*) {
  return std::nullopt;
}

std::optional<std::string> with_its_token(const char* name) {
  return name == std::string("FFSUPERVISOR_TOKEN") ? std::optional<std::string>(token)
                                                   : std::nullopt;
}

std::string line(const std::string& stream, const std::string& msg) {
  return R"({"ts":"2026-11-30T10:12:04.123Z","level":"info","event":"on_air","stream":")" + stream +
         R"(","msg":")" + msg + R"(","off_air_seconds":59.861369622,"empty":""})";
}

// An instance with a stream for each name.
class Running {
 public:
  explicit Running(const std::vector<std::string>& names) : snapshots(names.size()) {
    for (std::size_t i = 0; i < names.size(); ++i) snapshots.publish(i, on_air_snapshot(names[i]));
    http::Settings settings;
    settings.address = "127.0.0.1";
    settings.port = 0;
    settings.auth.bearer_token = token;
    http::SupervisorApi api;
    api.ping = [](std::function<void()> answer) { answer(); };
    api.control = [this](http::SupervisorApi::Target target, http::Control what, auto answer) {
      const char* const words[] = {"start", "stop", "restart"};
      const std::scoped_lock lock(mutex_);
      asked_.push_back(words[static_cast<int>(what)] + (' ' + target.stream));
      answer(target.stream == "busy" ? http::Outcome{409, "it is being stopped"}
                                     : http::Outcome{202, "the restart has begun"});
    };
    api.reload = [this](std::function<void(http::Outcome)> answer) {
      const std::scoped_lock lock(mutex_);
      asked_.push_back("reload");
      answer({200, "nothing has changed"});
    };
    server = std::make_unique<http::Server>(settings, http::Bounds{}, snapshots, api,
                                            [](const http::Server::LogEntry&) {});
  }

  Options options(Mode mode, const std::string& stream = "") const {
    Options options;
    options.mode = mode;
    options.url = "http://127.0.0.1:" + std::to_string(server->port());
    if (!stream.empty()) options.stream = stream;
    return options;
  }
  Asked asked() {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }

  http::SnapshotStore snapshots;

 private:
  std::mutex mutex_;
  Asked asked_;

 public:
  std::unique_ptr<http::Server> server;  // goes before what its thread uses
};

struct Result {
  int code;
  std::string out, err;
};

template <class Run>
Result result_of(Run run, const Options& options, const Environment& environment) {
  std::ostringstream out, err;
  const int code = run(options, environment, Screen{out, err});
  return {code, out.str(), err.str()};
}

Result control(const Options& options, const Environment& environment = with_its_token) {
  return result_of(run_control, options, environment);
}

Result logs(const Options& options) {
  return result_of(run_logs, options, no_environment);
}

TEST(ControlCommand, ReachesTheStreamAndSaysWhatBecameOfIt) {
  Running running({"radio", "jazz & soul"});
  const Result result = control(running.options(Mode::restart, "jazz & soul"));
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, "the restart has begun\n");
  EXPECT_EQ(control(running.options(Mode::stop, "radio")).code, 0);
  EXPECT_EQ(control(running.options(Mode::start, "radio")).code, 0);
  EXPECT_EQ(control(running.options(Mode::reload)).out, "nothing has changed\n");
  EXPECT_EQ(running.asked(), (Asked{"restart jazz & soul", "stop radio", "start radio", "reload"}));
}

TEST(ControlCommand, TheOnlyStreamNeedsNoName) {
  Running running({"radio"});
  EXPECT_EQ(control(running.options(Mode::restart)).code, 0);
  EXPECT_EQ(running.asked(), Asked{"restart radio"});
}

TEST(ControlCommand, OneOfSeveralIsNotGuessed) {
  Running running({"radio", "jazz"});
  const Result result = control(running.options(Mode::stop));
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err,
            "ffsupervisor: stop: which stream? ffsupervisor stop NAME, one of: radio, jazz\n");
  EXPECT_EQ(running.asked(), Asked{});
}

TEST(ControlCommand, ARefusalIsToldWithItsReason) {
  Running running({"busy"});
  const Result busy = control(running.options(Mode::restart));
  EXPECT_EQ(busy.code, 1);
  EXPECT_EQ(busy.err, "ffsupervisor: restart: it is being stopped (409)\n");
  const Result stranger = control(running.options(Mode::restart, "busy"), no_environment);
  EXPECT_EQ(stranger.code, 1);
  EXPECT_NE(stranger.err.find("(401); set FFSUPERVISOR_TOKEN to its bearer token, or --token-file"),
            std::string::npos)
      << stranger.err;
}

TEST(ControlCommand, NobodyThereIsAnotherCodeThanARefusal) {
  Running running({"radio"});
  const Options options = running.options(Mode::restart, "radio");
  running.server.reset();
  const Result result = control(options);
  EXPECT_EQ(result.code, 3);
  EXPECT_NE(result.err.find("Is ffsupervisor running?"), std::string::npos) << result.err;
}

// A file of the test, by its own name.
std::string written(const std::string& name, const std::string& text) {
  std::string path = testing::TempDir() + name + std::to_string(getpid());
  std::ofstream(path) << text;
  return path;
}

TEST(ControlCommand, TheTokenMayStandInAFile) {
  Running running({"radio"});
  Options options = running.options(Mode::restart);
  options.token_file = written("token", std::string(token) + "\n");
  EXPECT_EQ(control(options, no_environment).code, 0);
  options.config_file =
      written("config", "http: {auth: {bearer_token_file: " + *options.token_file + "}}\n");
  options.token_file.reset();
  EXPECT_EQ(control(options, no_environment).code, 0) << "that of the configuration";
  options.token_file = "/nonexistent/token";
  const Result result = control(options, no_environment);
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("--token-file: \"/nonexistent/token\""), std::string::npos)
      << result.err;
}

TEST(LogsCommand, PrintsTheLastLinesAndEnds) {
  Running running({"radio", "jazz"});
  running.snapshots.log.add(line("radio", "On air again"));
  running.snapshots.log.add(line("jazz", "Other"));
  const Result all = logs(running.options(Mode::logs));
  EXPECT_EQ(all.code, 0) << all.err;
  EXPECT_EQ(all.out,
            "2026-11-30 10:12:04.123 INFO  radio on_air  On air again off_air_seconds=59.861\n"
            "2026-11-30 10:12:04.123 INFO  jazz on_air  Other off_air_seconds=59.861\n");
  EXPECT_EQ(logs(running.options(Mode::logs, "jazz")).out,
            "2026-11-30 10:12:04.123 INFO  jazz on_air  Other off_air_seconds=59.861\n");
  Options options = running.options(Mode::logs, "radio");
  options.json = true;
  EXPECT_EQ(logs(options).out, line("radio", "On air again") + "\n");
}

TEST(LogsCommand, AnUnknownStreamIsAnErrorThatNamesTheOthers) {
  Running running({"radio", "jazz"});
  for (const bool follow : {false, true}) {
    Options options = running.options(Mode::logs, "rock");
    options.follow = follow;
    const Result result = logs(options);
    EXPECT_EQ(result.code, 2);
    EXPECT_EQ(result.err,
              "ffsupervisor: no stream has the name \"rock\"; there are: jazz, radio\n");
  }
}

TEST(LogsCommand, NoInstanceIsNoEmptyLog) {
  Running running({"radio"});
  const Options options = running.options(Mode::logs);
  running.server.reset();
  EXPECT_EQ(logs(options).code, 3);
}

// What another thread writes.
class Shared : public std::streambuf {
 public:
  bool holds_soon(const std::string& text) {
    std::unique_lock lock(mutex_);
    return written_.wait_for(lock, 20s, [&] { return text_.find(text) != std::string::npos; });
  }

 private:
  std::streamsize xsputn(const char* bytes, std::streamsize count) override {
    const std::scoped_lock lock(mutex_);
    text_.append(bytes, static_cast<std::size_t>(count));
    written_.notify_all();
    return count;
  }
  int overflow(int byte) override {
    const char letter = static_cast<char>(byte);
    xsputn(&letter, 1);
    return byte;
  }

  std::mutex mutex_;
  std::condition_variable written_;
  std::string text_;
};

TEST(LogsCommand, FollowsUntilTheInstanceEnds) {
  Running running({"radio"});
  running.snapshots.log.add(line("radio", "First"));
  Options options = running.options(Mode::logs, "radio");
  options.follow = true;
  Shared shared;
  std::ostringstream err;
  int code = -1;
  std::thread follower([&] {
    std::ostream out(&shared);
    code = run_logs(options, no_environment, Screen{out, err});
  });
  EXPECT_TRUE(shared.holds_soon("First off_air_seconds"));
  running.snapshots.log.add(line("radio", "Second"));
  EXPECT_TRUE(shared.holds_soon("Second off_air_seconds"));
  running.server.reset();
  follower.join();
  EXPECT_EQ(code, 3);
  EXPECT_NE(err.str().find("the connection has ended"), std::string::npos) << err.str();
}

}  // namespace
}  // namespace supervisor
