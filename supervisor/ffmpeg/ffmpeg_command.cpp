#include "supervisor/ffmpeg/ffmpeg_command.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <span>

#include "supervisor/ffmpeg/content_command.hpp"
#include "supervisor/ffmpeg/ffmpeg_options.hpp"
#include "supervisor/ffmpeg/launch_wrapper.hpp"

namespace supervisor {

namespace {

using Kind = FfmpegArgument::Kind;
using std::string_view;

// FFmpeg's own. Up to 4.3 it has no option for it.
constexpr monitor::Duration usual_stats_period = std::chrono::milliseconds(500);

// `ffmpeg`, `ffmpeg-7`, `ffmpeg7.1`, `/opt/x/ffmpeg_7`; not `ffmpeg-normalize`.
bool is_ffmpeg_word(string_view word) {
  string_view name = base_name(word);
  if (!name.starts_with("ffmpeg")) return false;
  name.remove_prefix(6);
  if (name.empty()) return true;
  if (name.front() == '-' || name.front() == '_') name.remove_prefix(1);
  return !name.empty() && name.front() >= '0' && name.front() <= '9' &&
         name.find_first_not_of("0123456789.") == string_view::npos;
}

// `file:`, `async:`, `cache:` stand in front of what is really opened.
string_view without_layers(string_view url) {
  for (bool again = true; again;) {
    again = false;
    for (const string_view layer : {"file:", "async:", "cache:", "concat:"}) {
      if (!url.starts_with(layer)) continue;
      url.remove_prefix(layer.size());
      again = true;
    }
  }
  return url.substr(0, url.find('|'));
}

bool names_stdin(string_view url) {
  constexpr std::array forms =
      std::to_array<string_view>({"pipe:", "pipe:0", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"});
  return std::ranges::find(forms, without_layers(url)) != forms.end();
}

bool names_stdout(string_view url) {
  constexpr std::array forms = std::to_array<string_view>(
      {"-", "pipe:", "pipe:1", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"});
  return std::ranges::find(forms, without_layers(url)) != forms.end();
}

std::optional<int> leading_number(string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return number;
}

// Every `pipe:5` and `/dev/fd/5` in an argument, wherever it stands: a name too many only keeps a
// number free.
void collect_descriptors(string_view argument, std::vector<int>& descriptors) {
  for (const string_view form : {"pipe:", "pipe\\:", "/dev/fd/", "/proc/self/fd/"}) {
    for (std::size_t at = argument.find(form); at != string_view::npos;
         at = argument.find(form, at + 1)) {
      const auto number = leading_number(argument.substr(at + form.size()));
      if (number && *number >= 3) descriptors.push_back(*number);
    }
  }
}

void sort_unique(std::vector<int>& numbers) {
  std::ranges::sort(numbers);
  const auto doubles = std::ranges::unique(numbers);
  numbers.erase(doubles.begin(), doubles.end());
}

// FFmpeg takes the last -loglevel, but prints its banner by the first one (the first -v where there
// is no -loglevel), and ours comes first: it must give the level that the user's would have.
string_view banner_level(const std::vector<FfmpegArgument>& arguments) {
  for (const string_view name : {"loglevel", "v"}) {
    const auto first = std::ranges::find(arguments, name, &FfmpegArgument::name);
    if (first == arguments.end()) continue;
    const string_view level = log_level_in(first->value);
    return level.empty() ? "info" : level;
  }
  return "info";
}

std::vector<FfmpegArgument> arguments_behind(const std::vector<std::string>& argv, std::size_t at) {
  return read_ffmpeg_arguments(std::span(argv).subspan(at + 1));
}

bool speaks_of_ffmpeg(string_view word) {
  return word.find("ffmpeg") != string_view::npos;
}

// FFmpeg's word among those of a program that is not known, such as `xvfb-run -a ffmpeg -i …`. An
// option follows it: in `runuser -u ffmpeg -- ffmpeg -i …` the first one is a user.
std::optional<std::size_t> ffmpeg_behind_unknown(const std::vector<std::string>& argv,
                                                 std::size_t program) {
  if (program >= argv.size() || runs_elsewhere(argv[program])) return std::nullopt;
  for (std::size_t at = program + 1; at + 1 < argv.size(); ++at) {
    const string_view next = argv[at + 1];
    const bool is_option = next.size() > 1 && next.front() == '-' && next != "--";
    if (is_option && is_ffmpeg_word(argv[at])) return at;
  }
  return std::nullopt;
}

std::string why_not_ffmpeg(const std::vector<std::string>& argv, const LaunchedProgram& program) {
  const std::string consequence =
      "; it is supervised by its exit alone, so freezes and drops are not seen";
  if (program.at == argv.size()) return "no program behind the wrapper " + argv[0] + consequence;
  const std::string& word = argv[program.at];
  if (std::none_of(argv.begin() + static_cast<std::ptrdiff_t>(program.at), argv.end(),
                   speaks_of_ffmpeg))
    return "the command starts " + word + ", not FFmpeg" + consequence;
  if (program.kind == WrapperKind::cuts_off)
    return std::string(program.wrapper) +
           " closes the pipe that FFmpeg would report its progress on" + consequence +
           ". Use setpriv, gosu or su-exec in its place, or run the supervisor itself under it";
  const std::string name(base_name(word));
  if (name == "sh" || name == "bash" || name == "dash" || name == "ash")
    return "FFmpeg stands inside a text or script for " + name +
           ", where no option can be added safely" + consequence +
           ". Give the command as words: ffsupervisor ffmpeg -i …";
  return "FFmpeg is started by " + word + ", which may not hand on its progress pipe" +
         consequence + ". Put the supervisor right in front of ffmpeg";
}

}  // namespace

FfmpegCommand::FfmpegCommand(std::vector<std::string> argv) : argv_(std::move(argv)) {
  if (argv_.empty() || argv_.front().empty())
    throw CommandError("the command is empty: expected `ffmpeg ARG...`");
  LaunchedProgram program = find_launched_program(argv_);
  if (program.kind == WrapperKind::escapes)
    throw CommandError(
        std::string(program.wrapper) +
        " takes FFmpeg out of the process group by which the supervisor stops it: leave "
        "it out, the supervisor gives FFmpeg a group of its own");
  bool found = program.at < argv_.size() && is_ffmpeg_word(argv_[program.at]);
  if (!found && program.kind != WrapperKind::cuts_off) {
    if (const auto at = ffmpeg_behind_unknown(argv_, program.at)) {
      found = is_behind_unknown_ = true;
      program = {*at, WrapperKind::unknown, argv_[program.at]};
    }
  }
  if (!found || program.kind == WrapperKind::cuts_off) {
    reads_stdin_ = true;  // unknown, so it keeps what it had
    for (const std::string& word : argv_) collect_descriptors(word, named_descriptors_);
    sort_unique(named_descriptors_);
    warnings_.push_back(why_not_ffmpeg(argv_, program));
    return;
  }
  ffmpeg_at_ = program.at;
  if (program.kind == WrapperKind::forks)
    warnings_.push_back(
        std::string(program.wrapper) +
        " stays between the supervisor and FFmpeg: exit codes are those of the wrapper");
  if (is_behind_unknown_)
    warnings_.push_back(
        "FFmpeg is started by " + std::string(program.wrapper) +
        ": if it does not hand on the pipe that FFmpeg reports its progress on, FFmpeg "
        "is supervised by its exit alone");
  read_arguments();
}

void FfmpegCommand::read_arguments() {
  endpoints_.arguments.assign(argv_.begin() + static_cast<std::ptrdiff_t>(*ffmpeg_at_) + 1,
                              argv_.end());
  EndpointOptions options;  // of the input or output that comes next
  bool attempts_recovery = false;
  for (const FfmpegArgument& argument : arguments_behind(argv_, *ffmpeg_at_)) {
    if (argument.kind == Kind::output) {
      read_output(argument.value, argument.format == "tee", options);
      sink_listens_ = sink_listens_ || options.listens(argument.value);
      recovers_output_ = recovers_output_ || (argument.format == "fifo" && attempts_recovery);
    } else if (argument.kind == Kind::input) {
      endpoints_.inputs.emplace_back(argument.value);
      source_listens_ = source_listens_ || options.listens(argument.value);
      sources_.push_back(options.source(argument.value, argument.format));
      if (argument.value == "-" || argument.value == "fd:") reads_stdin_ = true;
    } else {
      read_option(argument.name, argument.value);
      options.read(argument.name, argument.value);
      if (argument.name == "attempt_recovery") attempts_recovery = argument.value != "0";
    }
    if (argument.kind != Kind::option) options = {};
    collect_descriptors(argument.value, named_descriptors_);
    if (argument.kind != Kind::output && names_stdin(argument.value)) reads_stdin_ = true;
  }
  sort_unique(named_descriptors_);
  warn_about_options();
}

void FfmpegCommand::read_output(string_view url, bool tee, const EndpointOptions& options) {
  if (url.starts_with("tee:")) {
    tee = true;
    url.remove_prefix(4);
  }
  const auto first = static_cast<std::ptrdiff_t>(endpoints_.outputs.size());
  if (!tee) {
    endpoints_.outputs.emplace_back(url);
  } else {
    endpoints_.tees.push_back(endpoints_.outputs.size());
    for (std::string& slave : split_tee(url)) endpoints_.outputs.push_back(std::move(slave));
  }
  for (auto added = endpoints_.outputs.begin() + first; added != endpoints_.outputs.end(); ++added)
    sinks_.push_back(options.sink(*added));
}

void FfmpegCommand::read_option(string_view name, string_view value) {
  if (name == "progress")
    throw CommandError(
        "the command has a -progress of its own, but FFmpeg reports its progress to one place only "
        "and the supervisor reads it there to see freezes and drops: leave -progress out and read "
        "GET /api/v1/streams/NAME or /metrics instead");
  if (name == "stdin") reads_stdin_ = true;  // the user wants FFmpeg's keys
  if (name == "stats_period") own_stats_period_ = parse_ffmpeg_time(value);
  if (name == "loglevel" || name == "v") {
    const string_view level = log_level_in(value);
    if (!level.empty()) own_log_level_ = level;
  }
  if (name != "fd") return;
  const auto descriptor = leading_number(value);
  if (descriptor && *descriptor >= 3) named_descriptors_.push_back(*descriptor);
}

void FfmpegCommand::warn_about_options() {
  constexpr monitor::Duration slow = std::chrono::seconds(1);
  if (own_stats_period_ && *own_stats_period_ > slow)
    warnings_.push_back(
        "-stats_period " + ffmpeg_time(*own_stats_period_) +
        ": FFmpeg reports, and from 7.0 on reacts to a stop, only once in that time; "
        "faults are seen later and stops take longer");
  constexpr std::array hiding =
      std::to_array<string_view>({"quiet", "panic", "fatal", "-8", "0", "8"});
  if (std::ranges::find(hiding, own_log_level_) != hiding.end())
    warnings_.push_back(
        "-loglevel " + own_log_level_ +
        " hides FFmpeg's error lines: the causes of faults are reported less exactly");
}

std::vector<std::string> FfmpegCommand::with_supervision(int progress_fd,
                                                         monitor::Duration stats_period,
                                                         const monitor::Content& content,
                                                         const monitor::Preview& preview) const {
  if (!ffmpeg_at_) return argv_;
  const auto own = arguments_behind(argv_, *ffmpeg_at_);
  std::vector<std::string> added = {"-progress", "pipe:" + std::to_string(progress_fd), "-nostats"};
  if (stats_period != usual_stats_period)
    added.insert(added.end(), {"-stats_period", ffmpeg_time(stats_period)});
  added.insert(added.end(), {"-loglevel", "level+repeat+" + std::string(banner_level(own))});
  if (!reads_stdin_) added.emplace_back("-nostdin");
  std::vector<std::string> command = argv_;
  const auto arguments = static_cast<std::ptrdiff_t>(*ffmpeg_at_) + 1;
  const ContentOutput analysis = content_output(own, content, progress_fd, possible(preview));
  command.insert(command.begin() + arguments + static_cast<std::ptrdiff_t>(analysis.at),
                 analysis.words.begin(), analysis.words.end());
  command.insert(command.begin() + arguments, added.begin(), added.end());
  return command;
}

std::vector<std::string> FfmpegCommand::content_warnings(const monitor::Content& content,
                                                         const monitor::Preview& preview) const {
  if (!content.any() && !preview.any()) return {};
  if (!ffmpeg_at_)
    return {std::string(content.any() ? "content" : "preview") +
            ": only FFmpeg's own can be looked at"};
  constexpr int any_fd = 3;
  const auto own = arguments_behind(argv_, *ffmpeg_at_);
  std::vector<std::string> warnings =
      content_output(own, content, any_fd, possible(preview)).warnings;
  if (preview.picture && is_behind_unknown_)
    warnings.push_back(
        "preview.picture: the program that starts FFmpeg may not hand on the file "
        "that the picture is written to, so none is made");
  return warnings;
}

// Where an unknown program closes it, FFmpeg may open another file under its number.
monitor::Preview FfmpegCommand::possible(monitor::Preview preview) const {
  if (is_behind_unknown_) preview.picture.reset();
  return preview;
}

std::vector<FfmpegArgument> FfmpegCommand::arguments() const {
  return ffmpeg_at_ ? arguments_behind(argv_, *ffmpeg_at_) : std::vector<FfmpegArgument>{};
}

bool FfmpegCommand::has_rtmp_output() const {
  return std::ranges::any_of(endpoints_.outputs, [](string_view url) {
    return url.starts_with("rtmp") && url.substr(0, 9).find("://") != string_view::npos;
  });
}

bool FfmpegCommand::has_stdin_input() const {
  return std::ranges::any_of(endpoints_.inputs,
                             [](string_view url) { return url == "-" || names_stdin(url); });
}

bool FfmpegCommand::has_stdout_output() const {
  return std::ranges::any_of(endpoints_.outputs, names_stdout);
}

}  // namespace supervisor
