#include "supervisor/command_line/options.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <CLI/CLI.hpp>

#include "supervisor/command_line/help_text.hpp"
#include "supervisor/config/problems.hpp"

namespace supervisor {

namespace {

using Mode = Options::Mode;
using Words = std::vector<std::string>;

constexpr std::array<std::pair<std::string_view, Mode>, 4> subcommands{
    {{"check", Mode::check},
     {"init", Mode::init},
     {"status", Mode::status},
     {"healthcheck", Mode::healthcheck}}};

bool takes_command(Mode mode) {
  return mode == Mode::run || mode == Mode::check || mode == Mode::init;
}

const std::vector<std::string_view>& options_with_value(Mode mode) {
  static const std::vector<std::string_view> supervise{"--config", "--name", "--listen",
                                                       "--log-format", "--log-level"};
  static const std::vector<std::string_view> write{"--name"};
  static const std::vector<std::string_view> ask{"--config", "--listen", "--url"};
  if (mode == Mode::init) return write;
  return takes_command(mode) ? supervise : ask;
}

std::vector<std::string_view> all_options(Mode mode) {
  std::vector<std::string_view> all = options_with_value(mode);
  all.insert(all.end(), {"--help", "-h", "--version"});
  if (mode == Mode::init) return all;
  if (takes_command(mode)) all.insert(all.end(), {"--require-listen", "--hold"});
  if (mode == Mode::check) all.insert(all.end(), {"--explain", "--quiet", "--changed"});
  if (mode == Mode::status) all.push_back("--json");
  return all;
}

bool contains(const std::vector<std::string_view>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Mode take_mode(Words& words) {
  if (words.empty()) return Mode::run;
  for (const auto& [word, mode] : subcommands) {
    if (words.front() != word) continue;
    words.erase(words.begin());
    return mode;
  }
  return Mode::run;
}

[[noreturn]] void refuse_unknown(std::string_view option, Mode mode) {
  const std::string name(option.substr(0, option.find('=')));
  std::string text = "unknown option " + shown(name);
  const std::string_view near = closest_name(name, all_options(mode));
  if (name.starts_with("--") && !near.empty()) {
    text += ", did you mean " + std::string(near) + '?';
  } else if (takes_command(mode)) {
    text += "; FFmpeg's own options go behind its name: ffsupervisor [OPTIONS] ffmpeg ARG...";
  } else {
    text += ", expected one of " + join(all_options(mode), ", ");
  }
  throw UsageError(text);
}

// How many words at the front are options of ours and their values. CLI11 sees only these, so that
// it never takes one of FFmpeg's for its own.
std::size_t count_own(const Words& words, Mode mode) {
  std::size_t i = 0;
  while (i < words.size() && words[i].size() > 1 && words[i].front() == '-' && words[i] != "--") {
    const std::string_view word = words[i];
    const std::size_t equals = word.find('=');
    if (!contains(all_options(mode), word.substr(0, equals))) refuse_unknown(word, mode);
    const bool separate = contains(options_with_value(mode), word);
    const std::string_view next = i + 1 < words.size() ? std::string_view(words[i + 1]) : "";
    const bool missing = separate ? next.empty() || next == "--" : equals == word.size() - 1;
    if (missing) throw UsageError(std::string(word.substr(0, equals)) + " needs a value");
    i += separate ? 2 : 1;
  }
  return std::min(i, words.size());
}

// `--name VALUE` becomes `--name=VALUE`: CLI11 would take a VALUE that begins with '-' for an
// option.
Words joined_values(const Words& words, Mode mode) {
  Words joined;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool separate = contains(options_with_value(mode), words[i]);
    joined.push_back(separate ? words[i] + '=' + words[i + 1] : words[i]);
    if (separate) ++i;
  }
  return joined;
}

// The last one wins, as where a script adds its own behind the user's.
void add_text(CLI::App& app, const char* name, std::optional<std::string>& value) {
  app.add_option_function<std::string>(name, [&value](const std::string& text) { value = text; })
      ->take_last();
}

void define(CLI::App& app, Options& options, bool& version) {
  app.set_help_flag("-h,--help");
  app.add_flag("--version", version);
  add_text(app, "--config", options.config_file);
  add_text(app, "--name", options.name);
  add_text(app, "--listen", options.listen);
  app.add_flag("--require-listen", options.require_listen);
  app.add_flag("--hold", options.hold);
  add_text(app, "--log-format", options.log_format);
  add_text(app, "--log-level", options.log_level);
  add_text(app, "--url", options.url);
  app.add_flag("--json", options.json);
  app.add_flag("--explain", options.explain);
  app.add_flag("--quiet", options.quiet);
  app.add_flag("--changed", options.changed);
}

// Returns false where help or the version was asked for.
bool parse_own(const Words& own, Options& options) {
  CLI::App app;
  bool version = false;
  define(app, options, version);
  try {
    app.parse(Words(own.rbegin(), own.rend()));  // CLI11 takes them from the back
  } catch (const CLI::CallForHelp&) {
    options.mode = Mode::help;
    options.help = help_text();
    return false;
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  if (options.quiet + options.changed + options.explain > 1)
    throw UsageError("--quiet, --changed and --explain: expected at most one of them");
  if (version) options.mode = Mode::version;
  return !version;
}

void require_something_to_supervise(const Options& options) {
  if (!options.command.empty() || options.config_file) {
    if (options.command.empty() && options.name) {
      throw UsageError("--name is for a command on the command line; FILE names its own streams");
    }
    return;
  }
  const std::string what = options.mode == Mode::check ? "check" : "supervise";
  throw UsageError("nothing to " + what + ": expected a command or --config FILE\n\n" +
                   usage_text() + "Try ffsupervisor --help");
}

void take_command(Words rest, Options& options, bool any_options) {
  const bool marked = !rest.empty() && rest.front() == "--";
  if (marked) rest.erase(rest.begin());
  if (marked && rest.empty()) throw UsageError("expected a command behind --");
  if (!marked && any_options && options.mode == Mode::run && !rest.empty()) {
    for (const auto& [word, mode] : subcommands) {
      if (rest.front() != word) continue;
      throw UsageError("a subcommand comes first: ffsupervisor " + std::string(word) +
                       " [OPTIONS] (a program of that name: -- " + std::string(word) + ")");
    }
  }
  options.command = std::move(rest);
  if (options.mode == Mode::init) return;  // without a command it reads stdin
  require_something_to_supervise(options);
}

// status takes no words, healthcheck one; options may stand behind it.
void take_probe(const Words& words, std::size_t at, Options& options, Words& own) {
  if (at == words.size()) return;
  const std::string& word = words[at];
  if (options.mode == Mode::status) {
    throw UsageError("status: unexpected " + shown(word) + ", expected options only");
  }
  if (word != "liveness" && word != "readiness") {
    throw UsageError("healthcheck: found " + shown(word) + ", expected liveness or readiness");
  }
  options.probe = word;
  const Words behind(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
  if (const std::size_t count = count_own(behind, options.mode); count < behind.size()) {
    throw UsageError("healthcheck: unexpected " + shown(behind[count]));
  }
  own.insert(own.end(), behind.begin(), behind.end());
}

}  // namespace

Options parse_options(int argc, const char* const* argv) {
  Options options;
  Words words(argv + std::min(argc, 1), argv + argc);
  options.mode = take_mode(words);
  const Mode mode = options.mode;
  const std::size_t at = count_own(words, mode);
  Words own(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(at));
  if (!takes_command(mode)) take_probe(words, at, options, own);
  if (!parse_own(joined_values(own, mode), options) || !takes_command(mode)) return options;
  take_command({words.begin() + static_cast<std::ptrdiff_t>(at), words.end()}, options, at > 0);
  return options;
}

}  // namespace supervisor
