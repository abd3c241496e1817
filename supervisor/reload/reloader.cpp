#include "supervisor/reload/reloader.hpp"

#include <chrono>
#include <exception>
#include <memory>
#include <utility>

#include <boost/asio/post.hpp>

#include "supervisor/init.hpp"

namespace supervisor {

namespace {

// What sd_notify(3) asks for, so that a manager can tell this reload from the one before.
std::string reloading_message() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  return "RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds);
}

const http::Outcome stopping{409, "ffsupervisor is stopping"};

}  // namespace

Reloader::Reloader(Context context)
    : context_(std::move(context)), succeeded_at_(std::chrono::system_clock::now()) {
  context_.snapshots.publish(&http::Program::config,
                             std::make_shared<const http::ConfigState>(
                                 http::ConfigState{.message = {}, .succeeded_at = succeeded_at_}));
}

void Reloader::request(Answer answer) {
  if (!answer) answer = [](const http::Outcome&) {};
  if (closed_) return answer(stopping);
  if (!context_.load) {
    const std::string text =
        "there is no configuration file to read anew: the command line and the environment hold "
        "until ffsupervisor is restarted";
    context_.log.write(LogLevel::warning, "config_loaded", {}, text);
    return answer({422, text});
  }
  asking_.push_back(std::move(answer));
  asked_ = true;
  if (!reads_) begin();
}

void Reloader::begin() {
  asked_ = false;
  reads_ = true;
  waiting_ = std::exchange(asking_, {});
  notify_service_manager(reloading_message());
  const auto read = [load = context_.load]() -> Reading {
    try {
      return {load(), {}};
    } catch (const std::exception& error) {
      return {std::nullopt, error.what()};
    }
  };
  boost::asio::post(context_.io_thread.executor(),
                    [this, read, loop = context_.loop, weak = std::weak_ptr(lives_)] {
                      boost::asio::post(loop, [this, weak, reading = read()]() mutable {
                        if (weak.lock()) on_read(std::move(reading));
                      });
                    });
}

void Reloader::on_read(Reading reading) {
  if (closed_) return;
  if (!reading.config) return fail(reading.problem);
  apply(*reading.config);
}

void Reloader::try_again() {
  if (closed_ || !held_) return;
  apply(*std::exchange(held_, std::nullopt));
}

void Reloader::apply(const Config& config) {
  if (context_.must_wait(config)) {
    held_ = config;
    return;
  }
  std::string what;
  try {
    what = context_.apply(config);
  } catch (const std::exception& error) {
    return fail(error.what());
  }
  succeed(what);
}

void Reloader::succeed(const std::string& what) {
  succeeded_at_ = std::chrono::system_clock::now();
  context_.log.write(LogLevel::info, "config_loaded", {}, "Configuration reloaded: " + what);
  context_.snapshots.publish(&http::Program::config,
                             std::make_shared<const http::ConfigState>(
                                 http::ConfigState{.message = {}, .succeeded_at = succeeded_at_}));
  finish({200, what});
}

void Reloader::fail(const std::string& problem) {
  const std::string text = context_.secrets.mask(problem);
  context_.log.write(LogLevel::error, "config_loaded", {},
                     "The configuration was not reloaded, everything goes on as it was: " + text);
  context_.snapshots.publish(
      &http::Program::config,
      std::make_shared<const http::ConfigState>(
          http::ConfigState{.successful = false, .message = text, .succeeded_at = succeeded_at_}));
  finish({422, text});
}

void Reloader::finish(const http::Outcome& outcome) {
  notify_service_manager("READY=1");
  reads_ = false;
  for (const Answer& answer : std::exchange(waiting_, {})) answer(outcome);
  if (asked_ && !closed_) begin();
}

void Reloader::close() {
  closed_ = true;
  held_.reset();
  for (const Answer& answer : std::exchange(waiting_, {})) answer(stopping);
  for (const Answer& answer : std::exchange(asking_, {})) answer(stopping);
}

}  // namespace supervisor
