#include "supervisor/command_line/command_words.hpp"

#include <algorithm>

namespace supervisor {

namespace {

using Mode = Options::Mode;
using Flags = std::vector<std::string_view>;

// Without a value, beside --help and --version.
Flags flags_of(Mode mode) {
  switch (mode) {
    case Mode::run:
      return {"--require-listen", "--hold"};
    case Mode::check:
      return {"--require-listen", "--hold", "--explain", "--quiet", "--changed"};
    case Mode::status:
      return {"--json", "--watch"};
    case Mode::logs:
      return {"-f", "--follow", "--json"};
    default:
      return {};
  }
}

}  // namespace

const std::vector<Subcommand>& subcommands() {
  static const std::vector<Subcommand> all{
      {"init", Mode::init},
      {"check", Mode::check},
      {"alert-test", Mode::alert_test},
      {"status", Mode::status},
      {"logs", Mode::logs},
      {"restart", Mode::restart},
      {"stop", Mode::stop},
      {"start", Mode::start},
      {"reload", Mode::reload},
      {"healthcheck", Mode::healthcheck},
  };
  return all;
}

const Subcommand* find_subcommand(std::string_view word) {
  const auto found = std::ranges::find(subcommands(), word, &Subcommand::word);
  return found == subcommands().end() ? nullptr : &*found;
}

std::string_view word_of(Mode mode) {
  const auto found = std::ranges::find(subcommands(), mode, &Subcommand::mode);
  return found == subcommands().end() ? std::string_view() : found->word;
}

bool takes_command(Mode mode) {
  return mode == Mode::run || mode == Mode::check || mode == Mode::init;
}

bool takes_stream(Mode mode) {
  return mode == Mode::status || mode == Mode::logs || mode == Mode::restart ||
         mode == Mode::stop || mode == Mode::start;
}

const std::vector<std::string_view>& options_with_value(Mode mode) {
  static const Flags supervise{"--config", "--name", "--listen", "--log-format", "--log-level"};
  static const Flags write{"--name"};
  static const Flags test{"--config"};
  static const Flags ask{"--config", "--listen", "--url", "--token-file"};
  if (mode == Mode::init) return write;
  if (mode == Mode::alert_test) return test;
  return takes_command(mode) ? supervise : ask;
}

std::vector<std::string_view> options_of(Mode mode) {
  Flags all = options_with_value(mode);
  all.insert(all.end(), {"--help", "-h", "--version"});
  const Flags flags = flags_of(mode);
  all.insert(all.end(), flags.begin(), flags.end());
  return all;
}

}  // namespace supervisor
