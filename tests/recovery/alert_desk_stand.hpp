#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "recovery/alerts/notifier.hpp"

namespace recovery::alerts::test {

using namespace std::chrono_literals;

inline Alert alert(const std::string& stream) {
  return {.id = stream + "-1763925600123",
          .stream = stream,
          .cause = monitor::Cause::sink_lost,
          .summary = stream + " is off air: the server closed the connection",
          .evidence = {"0 bytes acknowledged for 12 s"},
          .tried = {"restarted 3 times"},
          .starts_at = std::chrono::system_clock::now(),
          .ends_at = {}};
}

inline Alert resolved(Alert alert) {
  alert.ends_at = std::chrono::system_clock::now();
  return alert;
}

// A notifier on a loop, with all that it reported.
struct DeskStand {
  explicit DeskStand(const Settings& settings) { open(settings); }

  void open(const Settings& settings) {
    notifier = std::make_unique<Notifier>(
        loop.get_executor(), settings, "studio-1",
        Notifier::Handlers{.on_report =
                               [this](const Report& report) {
                                 reports.push_back(report);
                                 if (on_report) on_report(report);
                               },
                           .run_command =
                               [this](std::string json, std::function<void(std::string)> done) {
                                 commands.push_back(json);
                                 done(command_error);
                               }});
  }

  // Turns the loop until the condition holds; false if it did not in time.
  bool until(const std::function<bool()>& condition, std::chrono::milliseconds within = 20s) {
    const auto end = std::chrono::steady_clock::now() + within;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      loop.restart();
      loop.run_for(5ms);
    }
    return true;
  }

  // "slack delivered"
  std::vector<std::string> outcomes() const {
    std::vector<std::string> result;
    for (const Report& one : reports) {
      result.push_back(one.receiver + " " + std::string(name(one.outcome)));
    }
    return result;
  }

  boost::asio::io_context loop{1};
  std::unique_ptr<Notifier> notifier;
  std::vector<Report> reports;
  std::function<void(const Report&)> on_report;
  std::vector<std::string> commands;
  std::string command_error;
};

}  // namespace recovery::alerts::test
