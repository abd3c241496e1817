#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <malloc.h>
#include <unistd.h>

#include "recovery/exit_code.hpp"
#include "supervisor/app/supervisor.hpp"
#include "supervisor/child/child_process.hpp"
#include "supervisor/child/descriptor_limit.hpp"
#include "supervisor/child/guard.hpp"
#include "supervisor/command_line/alert_test_command.hpp"
#include "supervisor/command_line/check_command.hpp"
#include "supervisor/command_line/client_commands.hpp"
#include "supervisor/command_line/init_command.hpp"
#include "supervisor/command_line/mistyped_subcommand.hpp"
#include "supervisor/command_line/options.hpp"
#include "supervisor/config/load.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/hold/ask_held.hpp"

namespace {

using ReadConfig = std::function<supervisor::Config()>;

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

// A thread that hangs in a file system was left to itself: the libraries' data stays under it.
[[noreturn]] void leave(int exit_code) {
  supervisor::end_guard();
  std::cout.flush();
  std::cerr.flush();
  std::quick_exit(exit_code);
}

int run(int argc, char** argv) {
  using supervisor::Options;
  const std::vector<int> inherited = supervisor::inherited_descriptors();
  const Options options = supervisor::parse_options(argc, argv);
  switch (options.mode) {
    case Options::Mode::help:
      std::cout << options.help;
      return 0;
    case Options::Mode::version:
      std::cout << "ffsupervisor " FFSUPERVISOR_VERSION "\n";
      return 0;
    case Options::Mode::check:
      return supervisor::run_check(options, environment, std::cout, std::cerr);
    case Options::Mode::init:
      return supervisor::run_init(options, std::cin, std::cout, std::cerr);
    case Options::Mode::alert_test:
      return supervisor::run_alert_test(options, environment, std::cout, std::cerr);
    case Options::Mode::run: {
      supervisor::refuse_mistyped_subcommand(options,
                                             environment("PATH").value_or("/bin:/usr/bin"));
      supervisor::raise_descriptor_limit();
      supervisor::enable_guard();
      const auto load = [options] {
        supervisor::Config config = supervisor::load_config(options, environment);
        supervisor::ask_held(config);
        return config;
      };
      // Without a file there is nothing that a reload could read anew.
      const bool can_reload = options.config_file.has_value();
      const ReadConfig reload = can_reload ? load : ReadConfig();
      const int exit_code = supervisor::Supervisor(load(), inherited, reload).run();
      leave(exit_code);  // it is gone: the log and the journal are complete
    }
    default:
      return supervisor::ask_instance(options, environment);
  }
}

int fail(const std::exception& error, int exit_code) {
  std::cerr << "ffsupervisor: " << error.what() << '\n';
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 0 && supervisor::is_guard_name(argv[0])) ::_exit(supervisor::run_guard());
  mallopt(M_ARENA_MAX, 1);  // all but one of the threads mostly wait: more arenas are only memory
  try {
    return run(argc, argv);
  } catch (const supervisor::UsageError& error) {
    return fail(error, recovery::exit_code::usage);
  } catch (const supervisor::ConfigError& error) {
    return fail(error, recovery::exit_code::usage);
  } catch (const supervisor::CommandError& error) {
    return fail(error, recovery::exit_code::usage);
  } catch (const std::exception& error) {
    return fail(error, recovery::exit_code::internal_error);
  }
}
