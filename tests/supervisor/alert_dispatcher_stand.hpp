#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alert_delivery_stand.hpp"
#include "services_stand.hpp"
#include "supervisor/alerts/alert_dispatcher.hpp"
#include "tests/recovery/alert_receiver.hpp"

namespace supervisor {

inline Settings hook_to(const AlertReceiver& receiver) {
  return {.alertmanager = {},
          .webhooks = {{.url = receiver.url("/hook"), .body = Template::generic, .headers = {}}},
          .command = {}};
}

inline recovery::Alerted escalated() {
  return {{monitor::Cause::sink_lost, {"the server is gone"}}, "3 restarts did not help", {}};
}

// A dispatcher with real receivers, the streams' alerts, and what these were told.
struct DispatcherStand : ServicesStand {
  explicit DispatcherStand(const Settings& settings)
      : dispatcher(std::make_unique<AlertDispatcher>(settings, services)) {}

  StreamAlert& stream(const std::string& name) {
    auto& alert = streams[name];
    if (!alert) {
      alert = std::make_unique<StreamAlert>(
          *dispatcher, name,
          StreamAlert::Handlers{
              .on_result =
                  [this, name](bool delivered) {
                    EXPECT_TRUE(loop.thread().is_here());
                    told.push_back(name + (delivered ? " delivered" : " given up"));
                  },
              .on_all_delivered = [this, name] { told.push_back(name + " all"); }});
    }
    return *alert;
  }
  void on(const std::string& name, const recovery::Notice& notice) {
    stream(name).on({notice}, std::chrono::system_clock::now());
  }
  void escalate(const std::string& name) { on(name, escalated()); }
  void resolve(const std::string& name) { on(name, recovery::AlertResolved{}); }
  bool until_told(std::size_t count) const {
    return until([&] { return told.size() >= count; });
  }

  std::uint64_t count(std::size_t receiver, recovery::alerts::Outcome outcome) const {
    const auto counts = snapshots.read().program.alerts;
    if (!counts || counts->size() <= receiver) return 0;
    return (*counts)[receiver].outcomes[static_cast<std::size_t>(outcome)];
  }

  std::vector<std::string> told;
  std::unique_ptr<AlertDispatcher> dispatcher;
  std::map<std::string, std::unique_ptr<StreamAlert>> streams;
};

}  // namespace supervisor
