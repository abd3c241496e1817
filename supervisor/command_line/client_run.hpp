#pragma once

#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>

#include <boost/json/value.hpp>

#include "supervisor/command_line/instance.hpp"
#include "supervisor/command_line/screen.hpp"

namespace supervisor {

inline constexpr std::chrono::seconds answer_timeout{5};  // liveness itself may take 2 s to fail

// Asks the instance that the options name. What goes wrong is one line on `err`, without secrets.
// Returns what `act` returns; 2 for wrong usage or configuration; `not_reached` where the instance
// gives no answer that can be used.
int run_client(const Options& options, const Environment& environment, const Screen& screen,
               bool is_for_reading, int not_reached,
               const std::function<int(const Instance& instance)>& act);

// The answer of GET `path`. Throws std::runtime_error for any status but 200, and for no JSON.
struct JsonAnswer {
  boost::json::value value;
  std::string text;
};
JsonAnswer get_json(const Instance& instance, const std::string& path);

// Behind a message on an answer of this status: "; set FFSUPERVISOR_TOKEN …", or nothing.
std::string advice_on(int status);
// `message` of an answer; of another program, that it is none of ours.
std::string message_of(const std::string& body);

}  // namespace supervisor
