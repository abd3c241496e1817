#include <iostream>
#include <thread>

#include "recovery/exit_code.hpp"
#include "supervisor/command_line/client_commands.hpp"

namespace supervisor {

namespace {

bool wait_a_moment() {
  std::this_thread::sleep_for(std::chrono::seconds(2));
  return true;
}

}  // namespace

int ask_instance(const Options& options, const Environment& environment) {
  using Mode = Options::Mode;
  const Screen screen = own_screen();
  switch (options.mode) {
    case Mode::status:
      return options.watch ? watch_status(options, environment, screen, wait_a_moment)
                           : run_status(options, environment, screen);
    case Mode::logs:
      return run_logs(options, environment, screen);
    case Mode::restart:
    case Mode::stop:
    case Mode::start:
    case Mode::reload:
      return run_control(options, environment, screen);
    case Mode::healthcheck:
      return run_healthcheck(options, environment, screen.out, screen.err);
    default:
      return recovery::exit_code::internal_error;  // asks no instance
  }
}

}  // namespace supervisor
