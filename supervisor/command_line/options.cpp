#include "supervisor/command_line/options.hpp"

#include <algorithm>
#include <string_view>

#include <CLI/CLI.hpp>

#include "supervisor/command_line/command_words.hpp"
#include "supervisor/command_line/help_text.hpp"
#include "supervisor/config/problems.hpp"

namespace supervisor {

namespace {

using Mode = Options::Mode;
using Words = std::vector<std::string>;

bool contains(const std::vector<std::string_view>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Mode take_mode(Words& words) {
  if (words.empty()) return Mode::run;
  const Subcommand* const found = find_subcommand(words.front());
  if (found == nullptr) return Mode::run;
  words.erase(words.begin());
  return found->mode;
}

[[noreturn]] void refuse_unknown(std::string_view option, Mode mode) {
  const std::string name(option.substr(0, option.find('=')));
  std::string text = "unknown option " + shown(name);
  const std::string_view near = closest_name(name, options_of(mode));
  if (name.starts_with("--") && !near.empty()) {
    text += ", did you mean " + std::string(near) + '?';
  } else if (takes_command(mode)) {
    text += "; FFmpeg's own options go behind its name: ffsupervisor [OPTIONS] ffmpeg ARG...";
  } else {
    text += ", expected one of " + join(options_of(mode), ", ");
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
    if (!contains(options_of(mode), word.substr(0, equals))) refuse_unknown(word, mode);
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
  add_text(app, "--token-file", options.token_file);
  app.add_flag("--json", options.json);
  app.add_flag("--watch", options.watch);
  app.add_flag("-f,--follow", options.follow);
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
  if (options.watch && options.json)
    throw UsageError("--watch and --json: expected at most one of them");
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
    if (find_subcommand(rest.front()) != nullptr) {
      throw UsageError("a subcommand comes first: ffsupervisor " + rest.front() +
                       " [OPTIONS] (a program of that name: -- " + rest.front() + ")");
    }
  }
  options.command = std::move(rest);
  options.is_marked = marked;
  if (options.mode == Mode::init) return;  // without a command it reads stdin
  require_something_to_supervise(options);
}

void take_word(const std::string& word, Options& options) {
  const Mode mode = options.mode;
  if (takes_stream(mode)) {
    options.stream = word;
    return;
  }
  if (mode == Mode::reload) {
    throw UsageError("reload: unexpected " + shown(word) +
                     ": it reads the whole configuration, so it takes no name; a stream that did "
                     "not change runs on");
  }
  if (mode != Mode::healthcheck) {
    throw UsageError(std::string(word_of(mode)) + ": unexpected " + shown(word) +
                     ", expected options only");
  }
  if (word != "liveness" && word != "readiness") {
    throw UsageError("healthcheck: found " + shown(word) + ", expected liveness or readiness");
  }
  options.probe = word;
}

// What takes no command takes one word at most: the name of a stream, or of a probe. Options may
// stand behind it.
void take_words(const Words& words, std::size_t at, Options& options, Words& own) {
  if (at < words.size() && words[at] == "--") ++at;
  if (at == words.size()) return;
  take_word(words[at], options);
  const Words behind(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
  if (const std::size_t count = count_own(behind, options.mode); count < behind.size()) {
    throw UsageError(std::string(word_of(options.mode)) + ": unexpected " + shown(behind[count]));
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
  if (!takes_command(mode)) take_words(words, at, options, own);
  if (!parse_own(joined_values(own, mode), options)) return options;
  if (!takes_command(mode)) return options;
  take_command({words.begin() + static_cast<std::ptrdiff_t>(at), words.end()}, options, at > 0);
  return options;
}

}  // namespace supervisor
