#include "supervisor/command_line/alert_test_command.hpp"

#include <algorithm>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>

#include "recovery/exit_code.hpp"
#include "supervisor/alerts/alert_test.hpp"
#include "supervisor/alerts/answer_words.hpp"
#include "supervisor/alerts/page_address.hpp"
#include "supervisor/config/config_secrets.hpp"
#include "supervisor/io/host_name.hpp"
#include "supervisor/thread/io_thread.hpp"

namespace supervisor {
namespace {

using recovery::alerts::Receiver;

std::vector<Receiver> receivers_of(const Config& config) {
  try {
    return recovery::alerts::receivers_of(config.alerts, {host_name(), page_address(config.http)});
  } catch (const std::runtime_error& error) {
    throw ConfigError(std::string("alerts: ") + error.what());
  }
}

AlertTest::Answers answers_of(std::vector<Receiver> receivers, const Config& config,
                              const Secrets& secrets, std::ostream& err) {
  Loop loop;
  IoThread io_thread;
  const auto command = std::make_shared<AlertCommand>(
      loop.executor(), config.alerts.command,
      [&](std::string_view line) { err << "command: " << secrets.mask(line) << '\n'; });
  AlertTest::Answers answers;
  const auto test = AlertTest::begin(loop.thread(), io_thread.thread(), std::move(receivers),
                                     command, [&](AlertTest::Answers all) {
                                       answers = std::move(all);
                                       loop.stop();
                                     });
  const auto work = boost::asio::make_work_guard(loop.context());
  loop.run();
  return answers;
}

std::string line_of(const http::ReceiverAnswer& answer, const Secrets& secrets) {
  std::string line = answer.receiver;
  if (!answer.address.empty()) line += " (" + answer.address + ')';
  return line + ": " + shown_answer(answer.message, secrets) + '\n';
}

}  // namespace

int run_alert_test(const Options& options, const Environment& environment, std::ostream& out,
                   std::ostream& err) {
  Config config;  // of a file that has settings alone, too
  if (options.config_file) read_yaml_file(*options.config_file, config, environment);
  Secrets secrets;
  learn_secrets(config, secrets);
  std::vector<Receiver> receivers = receivers_of(config);
  if (receivers.empty()) {
    err << "ffsupervisor: "
        << (options.config_file ? "the configuration has no receiver of alerts: set "
                                : "without a configuration there is no receiver of alerts: give "
                                  "its file with --config FILE, and set in it ")
        << "alerts.alertmanager, alerts.webhooks or alerts.command\n";
    return recovery::exit_code::usage;
  }
  const auto answers = answers_of(std::move(receivers), config, secrets, err);
  for (const http::ReceiverAnswer& answer : answers) out << line_of(answer, secrets);
  return std::ranges::all_of(answers, &http::ReceiverAnswer::delivered) ? 0 : 1;
}

}  // namespace supervisor
