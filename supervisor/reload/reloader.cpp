#include "supervisor/reload/reloader.hpp"

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/post.hpp>

#include "supervisor/files/files.hpp"
#include "supervisor/init.hpp"

namespace supervisor {

namespace {

// What sd_notify(3) asks for, so that a manager can distinguish this reload from the one before.
std::string reloading_message() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  return "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds);
}

const char* const no_answer =
    "the configuration could not be read in time: its file system may hang";
const http::Outcome stopping{409, "ffsupervisor is stopping"};

}  // namespace

struct Reloader::State : std::enable_shared_from_this<State> {
  struct Reading {  // its outcome: one or the other
    std::optional<Config> config;
    std::string problem;
  };

  State(const Services& services_in, Handlers handlers_in)
      : services(services_in), handlers(std::move(handlers_in)) {}

  static Reading read(const std::function<Config()>& load);

  void request(Answer answer);
  void begin();
  void on_read(const Reading& reading);
  void apply(const Config& config);
  void succeed(const std::string& what);
  void fail(const std::string& problem);
  void finish(const http::Outcome& outcome);
  void close();

  const Services& services;
  const Handlers handlers;
  std::vector<Answer> asking;   // for the next reading
  std::vector<Answer> waiting;  // for the present one
  bool asked = false;           // for one more
  bool reads = false;
  bool closed = false;
  std::optional<Config> held;  // read, and must wait
  recovery::WallTime succeeded_at = std::chrono::system_clock::now();
};

Reloader::Reloader(const Services& services, Handlers handlers)
    : state_(std::make_shared<State>(services, std::move(handlers))) {
  services.snapshots.publish(&http::Program::config,
                             std::make_shared<const http::ConfigState>(http::ConfigState{
                                 .message = {}, .succeeded_at = state_->succeeded_at}));
}

Reloader::~Reloader() = default;

void Reloader::request(Answer answer) {
  state_->request(std::move(answer));
}

void Reloader::try_again() {
  if (state_->closed || !state_->held) return;
  state_->apply(*std::exchange(state_->held, std::nullopt));
}

void Reloader::close() {
  state_->close();
}

void Reloader::State::request(Answer answer) {
  if (!answer) answer = [](const http::Outcome&) {};
  if (closed) return answer(stopping);
  if (!handlers.load) {
    const std::string text =
        "there is no configuration file to read anew: the command line and the environment hold "
        "until ffsupervisor is restarted";
    services.log.write(LogLevel::warning, "config_loaded", {}, text);
    return answer({422, text});
  }
  asking.push_back(std::move(answer));
  asked = true;
  if (!reads) begin();
}

void Reloader::State::begin() {
  asked = false;
  reads = true;
  waiting = std::exchange(asking, {});
  notify_service_manager(reloading_message());
  const auto answer = services.loop.callback(
      weak_from_this(), [](State& state, const Reading& reading) { state.on_read(reading); });
  // Not on the I/O thread itself: a disk that hangs would hold up every probe and alert.
  const auto executor = services.io_thread.executor();
  boost::asio::post(executor, [executor, load = handlers.load, limit = handlers.limit, answer] {
    call_blocking(
        executor, [load] { return read(load); }, std::chrono::steady_clock::now() + limit,
        [answer](std::optional<Reading> reading) {
          answer(reading ? std::move(*reading) : Reading{std::nullopt, no_answer});
        });
  });
}

// Never throws: the text of what it failed with is the answer.
Reloader::State::Reading Reloader::State::read(const std::function<Config()>& load) {
  try {
    return {load(), {}};
  } catch (const std::exception& error) {
    return {std::nullopt, error.what()};
  } catch (...) {
    return {std::nullopt, "an exception of an unknown type"};
  }
}

void Reloader::State::on_read(const Reading& reading) {
  if (closed) return;
  if (!reading.config) return fail(reading.problem);
  apply(*reading.config);
}

void Reloader::State::apply(const Config& config) {
  if (handlers.must_wait(config)) {
    held = config;
    return;
  }
  std::string what;
  try {
    what = handlers.apply(config);
  } catch (const std::exception& error) {
    return fail(error.what());
  }
  succeed(what);
}

void Reloader::State::succeed(const std::string& what) {
  succeeded_at = std::chrono::system_clock::now();
  services.log.write(LogLevel::info, "config_loaded", {}, "Configuration reloaded: " + what);
  services.snapshots.publish(&http::Program::config,
                             std::make_shared<const http::ConfigState>(
                                 http::ConfigState{.message = {}, .succeeded_at = succeeded_at}));
  finish({200, what});
}

void Reloader::State::fail(const std::string& problem) {
  const std::string text = services.secrets.mask(problem);
  services.log.write(LogLevel::error, "config_loaded", {},
                     "The configuration was not reloaded, everything goes on as it was: " + text);
  services.snapshots.publish(
      &http::Program::config,
      std::make_shared<const http::ConfigState>(
          http::ConfigState{.successful = false, .message = text, .succeeded_at = succeeded_at}));
  finish({422, text});
}

void Reloader::State::finish(const http::Outcome& outcome) {
  notify_service_manager("READY=1");
  reads = false;
  for (const Answer& answer : std::exchange(waiting, {})) answer(outcome);
  if (asked && !closed) begin();
}

void Reloader::State::close() {
  closed = true;
  held.reset();
  for (const Answer& answer : std::exchange(waiting, {})) answer(stopping);
  for (const Answer& answer : std::exchange(asking, {})) answer(stopping);
}

}  // namespace supervisor
