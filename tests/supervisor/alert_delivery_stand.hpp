#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "supervisor/alerts/alert_delivery.hpp"

namespace supervisor {

using namespace std::chrono_literals;
using recovery::Alert;
using recovery::alerts::Settings;
using recovery::alerts::Template;

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

// The deliveries to all receivers with what they reported. They run on the same loop, so that a
// test sees when nothing is left of them.
struct DeliveryStand {
  explicit DeliveryStand(const Settings& settings) { open(settings); }

  void open(const Settings& settings) {
    deliveries.clear();
    for (auto& receiver : recovery::alerts::receivers_of(settings, {"studio-1"})) {
      deliveries.push_back(std::make_unique<AlertDelivery>(loop.thread(), loop.thread(),
                                                           std::move(receiver), handlers()));
    }
  }
  AlertDelivery::Handlers handlers() {
    return {.on_report =
                [this](const DeliveryReport& report) {
                  reports.push_back(report);
                  if (on_report) on_report(report);
                },
            .run_command =
                [this](std::string json, std::function<void(std::string)> done) {
                  commands.push_back(json);
                  done(command_error);
                }};
  }

  void fire(const Alert& alert) {
    for (const auto& delivery : deliveries) delivery->fire(alert);
  }
  void resolve(const Alert& alert) {
    for (const auto& delivery : deliveries) delivery->resolve(alert);
  }
  void adopt(const Alert& alert) {
    for (const auto& delivery : deliveries) delivery->adopt(alert);
  }
  bool idle() const {
    return std::all_of(deliveries.begin(), deliveries.end(),
                       [](const auto& delivery) { return delivery->idle(); });
  }

  // Turns the loop until the condition holds; false if it did not in time.
  bool until(const std::function<bool()>& condition, std::chrono::milliseconds within = 20s) {
    const auto end = std::chrono::steady_clock::now() + within;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      turn(5ms);
    }
    return true;
  }

  // For at most that long, or until nothing is left to do.
  void turn(std::chrono::microseconds time) const {
    loop.context().restart();
    loop.context().run_for(time);
  }

  // "slack delivered"
  std::vector<std::string> outcomes() const {
    std::vector<std::string> result;
    for (const DeliveryReport& one : reports) {
      result.push_back(one.receiver + " " + std::string(recovery::alerts::name(one.outcome)));
    }
    return result;
  }

  Loop loop;
  std::vector<std::unique_ptr<AlertDelivery>> deliveries;
  std::vector<DeliveryReport> reports;
  std::function<void(const DeliveryReport&)> on_report;
  std::vector<std::string> commands;
  std::string command_error;
};

}  // namespace supervisor
