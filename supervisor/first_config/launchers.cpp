#include "supervisor/first_config/launchers.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "supervisor/ffmpeg/launch_wrapper.hpp"
#include "supervisor/first_config/found_commands.hpp"

namespace supervisor {

namespace {

using std::string_view;
using Words = std::vector<std::string>;

bool is_one_of_programs(string_view word, std::initializer_list<string_view> programs) {
  return std::ranges::find(programs, base_name(word)) != programs.end();
}

bool is_shell(string_view word) {
  return is_one_of_programs(word, {"sh", "bash", "dash", "ash", "zsh", "ksh"});
}

// They let FFmpeg go, or become another user: both is the supervisor's.
bool is_starter(string_view word) {
  return is_one_of_programs(
      word, {"su", "runuser", "pkexec", "screen", "tmux", "dtach", "abduco", "systemd-run",
             "daemonize", "daemon", "start-stop-daemon", "at", "batch", "watch", "script"});
}

bool speaks_of_ffmpeg(string_view text) {
  return text.find("ffmpeg") != string_view::npos;
}

// Where FFmpeg's words begin, with something to read and to write.
std::optional<std::size_t> ffmpeg_in(const Words& words, std::size_t from) {
  for (std::size_t at = from; at < words.size(); ++at) {
    if (!base_name(words[at]).starts_with("ffmpeg")) continue;
    const Words rest(words.begin() + static_cast<std::ptrdiff_t>(at), words.end());
    const bool has_own_separator = rest.size() > 1 && rest[1] == "--";
    if (!has_own_separator && is_stream_command(rest)) return at;
  }
  return std::nullopt;
}

// A word that is a command line itself.
std::optional<std::size_t> script_in(const Words& words, std::size_t from) {
  for (std::size_t at = from; at < words.size(); ++at) {
    const bool is_line = words[at].find_first_of(" \t\n") != std::string::npos;
    if (is_line && speaks_of_ffmpeg(words[at])) return at;
  }
  return std::nullopt;
}

void add_name(string_view program, std::string& names) {
  names += (names.empty() ? "" : " and ") + std::string(base_name(program));
}

std::string elsewhere(string_view program, const Words& words, std::size_t at) {
  const bool is_run = at + 1 < words.size() && words[at + 1] == "run";
  if (is_run && is_one_of_programs(program, {"docker", "podman", "nerdctl"}))
    return "it runs in a container of its own, and its words stand behind the image";
  return std::string(base_name(program)) +
         " starts it in another container or on another machine, where ffsupervisor has to run, "
         "too";
}

// Behind the program at `at`, which lets its command go or hands it over to another place.
Launched behind_starter(Words words, std::size_t at, Launched launched) {
  const std::string program = words[at];
  const auto ffmpeg = ffmpeg_in(words, at + 1);
  const auto script = script_in(words, at + 1);
  launched.words = std::move(words);
  if (!ffmpeg && !script) return launched;
  if (!is_starter(program)) {
    launched.left_out = elsewhere(program, launched.words, at);
    launched.words.clear();
    return launched;
  }
  add_name(program, launched.without);
  if (ffmpeg) {
    launched.words.erase(launched.words.begin(),
                         launched.words.begin() + static_cast<std::ptrdiff_t>(*ffmpeg));
  } else {
    launched.script = launched.words[*script];
  }
  return launched;
}

// Times, names of months and days: `*/5`, `1-5`, `mon,tue`.
bool is_cron_field(string_view word) {
  constexpr string_view others = "*/,-~";
  const auto fits = [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != string_view::npos;
  };
  return !word.empty() && std::ranges::all_of(word, fits);
}

}  // namespace

std::size_t cron_words(const Words& words) {
  constexpr std::size_t fields = 5;
  if (words.empty()) return 0;
  if (words[0].starts_with('@')) return 1;
  const bool is_time = words[0].starts_with('*') || (words[0][0] >= '0' && words[0][0] <= '9');
  if (!is_time || words.size() <= fields) return 0;
  return std::all_of(words.begin(), words.begin() + fields, is_cron_field) ? fields : 0;
}

Launched launched_by(const Words& words) {
  Launched launched;
  const LaunchedProgram program = find_launched_program(words);
  if (program.at >= words.size()) return {.words = words};
  launched.words = words;
  std::size_t at = program.at;
  if (program.kind == WrapperKind::cuts_off || program.kind == WrapperKind::escapes) {
    launched.words = wrappers_to_keep(words);
    at = launched.words.size();
    launched.words.insert(launched.words.end(),
                          words.begin() + static_cast<std::ptrdiff_t>(program.at), words.end());
    launched.without = program.wrapper;
  }
  const std::string& word = launched.words[at];
  if (is_starter(word) || runs_elsewhere(word)) {
    Words all = std::move(launched.words);
    return behind_starter(std::move(all), at, std::move(launched));
  }
  if (!is_shell(word)) return launched;
  if (const auto script = script_in(launched.words, at + 1))
    launched.script = launched.words[*script];
  return launched;
}

}  // namespace supervisor
