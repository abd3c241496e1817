#include "supervisor/ffmpeg/launch_wrapper.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace supervisor {

namespace {

using std::string_view;

struct Wrapper {
  string_view name;
  string_view short_values;  // letters of options that take a value
  string_view long_values;   // the same for long options; each between blanks
  int positionals = 0;       // words before the command
  WrapperKind kind = WrapperKind::in_place;
};

constexpr std::array wrappers = std::to_array<Wrapper>({
    {"nice", "n", " adjustment "},
    {"ionice", "cnt", " class classdata "},
    {"stdbuf", "ioe", " input output error "},
    {"chrt", "TPD", " sched-runtime sched-period sched-deadline ", 1},
    {"taskset", "", "", 1},
    {"env", "uC", " unset chdir "},
    {"setpriv", "",
     " reuid regid ruid rgid euid egid groups inh-caps ambient-caps bounding-set securebits "
     "pdeathsig "
     "selinux-label apparmor-profile "},
    {"nohup", "", ""},
    {"numactl", "iNCmp", " interleave cpunodebind physcpubind membind preferred "},
    {"gosu", "", "", 1},
    {"su-exec", "", "", 1},
    {"setuidgid", "", "", 1},
    {"s6-setuidgid", "", "", 1},
    {"envuidgid", "", "", 1},
    {"setarch", "", "", 1},
    {"linux64", "", ""},
    {"linux32", "", ""},
    {"x86_64", "", ""},
    {"prlimit", "", ""},
    {"chroot", "", " userspec groups ", 1},
    {"unshare", "SGRw", " setuid setgid root wd map-user map-group "},
    {"ip", "n", " netns ", 3},  // ip netns exec NAME command
    {"softlimit", "acdflmoprst", ""},
    {"s6-softlimit", "acdflmoprst", ""},
    {"chpst", "uUbe/CnlLmdofcptr", ""},
    {"exec", "a", ""},
    {"ld-linux", "", " library-path argv0 preload inhibit-rpath audit glibc-hwcaps-prepend "},
    {"timeout", "ks", " kill-after signal ", 1, WrapperKind::forks},
    {"time", "fo", " format output ", 0, WrapperKind::forks},
    {"tini", "pe", "", 0, WrapperKind::forks},
    {"dumb-init", "r", " rewrite ", 0, WrapperKind::forks},
    {"catatonit", "", "", 0, WrapperKind::forks},
    {"flock", "wE", " timeout wait conflict-exit-code ", 1, WrapperKind::forks},
    {"sudo", "ughpCrtTDR", " user group host prompt close-from role type chroot chdir ", 0,
     WrapperKind::cuts_off},
    // The child leads a process group, so setsid forks and lets it go.
    {"setsid", "", "", 0, WrapperKind::escapes},
    {"doas", "uC", "", 0, WrapperKind::cuts_off},
});

const Wrapper* find_wrapper(string_view word) {
  const string_view name = base_name(word);
  const auto found = std::ranges::find_if(wrappers, [&](const Wrapper& wrapper) {
    // ld-linux-x86-64.so.2, ld-linux-aarch64.so.1, …
    return wrapper.name == name || (wrapper.name == "ld-linux" && name.starts_with("ld-linux"));
  });
  return found == wrappers.end() ? nullptr : &*found;
}

// How many words the option takes, itself included.
std::size_t option_words(const Wrapper& wrapper, string_view word) {
  if (word.starts_with("--")) {
    const std::string blanked = ' ' + std::string(word.substr(2)) + ' ';
    return wrapper.long_values.find(blanked) == string_view::npos ? 1 : 2;
  }
  const std::size_t letter = word.find_first_of(wrapper.short_values, 1);
  return letter == word.size() - 1 ? 2 : 1;  // else the value is in the same word, or there is none
}

bool is_assignment(const Wrapper& wrapper, string_view word) {
  return (wrapper.name == "env" || wrapper.name == "sudo") && word.find('=') != string_view::npos;
}

int positionals(const Wrapper& wrapper, const std::vector<std::string>& argv, std::size_t at) {
  // setarch does without an architecture where options follow at once.
  const bool bare =
      wrapper.name == "setarch" && at + 1 < argv.size() && argv[at + 1].starts_with('-');
  return bare ? 0 : wrapper.positionals;
}

std::size_t skip_wrapper(const Wrapper& wrapper, const std::vector<std::string>& argv,
                         std::size_t at) {
  int left = positionals(wrapper, argv, at);
  std::size_t i = at + 1;
  for (bool options = true; i < argv.size();) {
    const string_view word = argv[i];
    if (options && word == "--") {
      options = false;
      ++i;
    } else if (options && word.size() > 1 && word.front() == '-') {
      i += option_words(wrapper, word);
    } else if (is_assignment(wrapper, word)) {
      ++i;
    } else if (left > 0) {
      --left;
      ++i;
    } else {
      break;
    }
  }
  return std::min(i, argv.size());
}

bool asks_to_fork(string_view option) {
  if (option.starts_with("--")) return option == "--fork" || option.starts_with("--kill-child");
  return option.starts_with('-') && option.find('f') != string_view::npos;
}

WrapperKind kind_of(const Wrapper& wrapper, std::span<const std::string> own_words) {
  if (wrapper.name != "unshare" || std::ranges::none_of(own_words, asks_to_fork))
    return wrapper.kind;
  return WrapperKind::forks;
}

// As `timeout` takes it: `90`, `1.5m`, `10h`, `2d`. Zero is no limit.
std::optional<monitor::Duration> parse_limit(string_view text) {
  constexpr string_view units = "smhd";
  constexpr std::array unit_s{1.0, 60.0, 3600.0, 86400.0};
  constexpr double longest_s = 1e9;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const string_view suffix(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (error != std::errc{} || suffix.size() > 1) return std::nullopt;
  const std::size_t unit = suffix.empty() ? 0 : units.find(suffix[0]);
  if (unit == string_view::npos) return std::nullopt;
  value *= unit_s.at(unit);
  if (!(value > 0) || value > longest_s) return std::nullopt;
  return std::chrono::duration_cast<monitor::Duration>(std::chrono::duration<double>(value));
}

}  // namespace

string_view base_name(string_view path) {
  return path.substr(path.find_last_of('/') + 1);
}

bool runs_elsewhere(string_view program) {
  constexpr std::array programs = std::to_array<string_view>({"ssh",
                                                              "autossh",
                                                              "rsh",
                                                              "docker",
                                                              "podman",
                                                              "nerdctl",
                                                              "kubectl",
                                                              "crictl",
                                                              "lxc",
                                                              "incus",
                                                              "machinectl",
                                                              "systemd-run",
                                                              "systemd-nspawn",
                                                              "flatpak-spawn",
                                                              "at",
                                                              "batch",
                                                              "screen",
                                                              "tmux",
                                                              "dtach",
                                                              "abduco",
                                                              "daemonize",
                                                              "start-stop-daemon"});
  return std::ranges::find(programs, base_name(program)) != programs.end();
}

std::optional<monitor::Duration> time_limit_of(const std::vector<std::string>& argv) {
  std::optional<monitor::Duration> shortest;
  for (std::size_t at = 0; at < argv.size();) {
    const Wrapper* wrapper = find_wrapper(argv[at]);
    if (wrapper == nullptr) break;
    const std::size_t next = skip_wrapper(*wrapper, argv, at);
    // The word in front of the command.
    const auto limit =
        wrapper->name == "timeout" && next > at + 1 ? parse_limit(argv[next - 1]) : std::nullopt;
    if (limit && (!shortest || *limit < *shortest)) shortest = limit;
    at = next;
  }
  return shortest;
}

namespace {

// The words of the wrappers in front whose kind is at most this one.
std::vector<std::string> wrappers_up_to(WrapperKind worst, const std::vector<std::string>& argv) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < argv.size();) {
    const Wrapper* wrapper = find_wrapper(argv[at]);
    if (wrapper == nullptr) break;
    const std::size_t next = skip_wrapper(*wrapper, argv, at);
    const auto own = std::span(argv).subspan(at, next - at);
    if (wrapper->kind <= worst) words.insert(words.end(), own.begin(), own.end());
    at = next;
  }
  return words;
}

}  // namespace

std::vector<std::string> lasting_wrappers(const std::vector<std::string>& argv) {
  return wrappers_up_to(WrapperKind::in_place, argv);
}

std::vector<std::string> wrappers_to_keep(const std::vector<std::string>& argv) {
  return wrappers_up_to(WrapperKind::forks, argv);
}

LaunchedProgram find_launched_program(const std::vector<std::string>& argv) {
  LaunchedProgram program;
  while (program.at < argv.size()) {
    const Wrapper* wrapper = find_wrapper(argv[program.at]);
    if (wrapper == nullptr) break;
    const std::size_t next = skip_wrapper(*wrapper, argv, program.at);
    const WrapperKind kind =
        kind_of(*wrapper, std::span(argv).subspan(program.at, next - program.at));
    if (kind > program.kind) {
      program.kind = kind;
      program.wrapper = wrapper->name;
    }
    program.at = next;
  }
  return program;
}

}  // namespace supervisor
