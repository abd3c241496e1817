#include "supervisor/stream/command_mistakes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "monitor/text/url.hpp"
#include "supervisor/ffmpeg/launch_wrapper.hpp"
#include "supervisor/words/shell_lexer.hpp"

namespace supervisor {

namespace {

using std::string_view;
using Kind = FfmpegArgument::Kind;

std::string element(std::size_t index) {
  return "element " + std::to_string(index + 1) + " of the command ";
}

bool is_shell(string_view word) {
  constexpr auto shells = std::to_array<string_view>({"sh", "bash", "dash", "ash", "zsh", "ksh"});
  return std::find(shells.begin(), shells.end(), base_name(word)) != shells.end();
}

// `ffmpeg -i in -c copy out` as one element.
std::string whole_command(const std::vector<std::string>& argv) {
  const string_view first = argv.front();
  const std::size_t blank = first.find_first_of(" \t");
  if (blank == string_view::npos || !base_name(first.substr(0, blank)).starts_with("ffmpeg"))
    return {};
  return element(0) +
         "holds several words, and no program has that name: give each word an element of its own, "
         "or write the whole command as one line behind command:";
}

// `-c copy`, `-i http://…` where FFmpeg reads an option.
std::string two_words(const std::vector<std::string>& argv, std::size_t index) {
  const string_view word = argv[index];
  const std::size_t blank = word.find_first_of(" \t");
  if (blank == string_view::npos || word.size() < 2 || !is_variable_start(word[1])) return {};
  const string_view option = word.substr(0, blank);
  const auto fits = [](char c) { return is_variable_char(c) || c == '-' || c == ':'; };
  if (!std::all_of(option.begin(), option.end(), fits)) return {};
  return element(index) + "holds two words: write " + std::string(option) +
         " and what is behind it as two elements";
}

bool is_option_at(const FfmpegCommand& command, std::size_t index) {
  const std::vector<FfmpegArgument> arguments = command.arguments();
  const char* const name = command.argv()[index].data() + 1;
  return std::any_of(arguments.begin(), arguments.end(), [&](const FfmpegArgument& argument) {
    return argument.kind == Kind::option && argument.name.data() == name;
  });
}

// FFmpeg takes what is behind `-i in` for the value of that option, as it knows none of the name.
void add_two_words(const FfmpegCommand& command, std::vector<std::string>& mistakes) {
  const std::vector<std::string>& argv = command.argv();
  bool is_behind_one = false;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const std::string mistake = two_words(argv, i);
    is_behind_one = !mistake.empty() && (is_behind_one || is_option_at(command, i));
    if (is_behind_one) mistakes.push_back(mistake);
  }
}

// `${KEY}`, `$KEY`; not the `$Number$` of DASH.
std::string variable_in(string_view word) {
  for (std::size_t at = word.find('$'); at != string_view::npos; at = word.find('$', at + 1)) {
    const bool is_braced = word.substr(at).starts_with("${");
    const std::size_t begin = at + (is_braced ? 2 : 1);
    std::size_t end = begin;
    while (end < word.size() && is_variable_char(word[end])) ++end;
    if (end == begin || !is_variable_start(word[begin])) continue;
    const string_view name = word.substr(begin, end - begin);
    const bool is_closed = end < word.size() && word[end] == '}';
    const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
    const bool is_upper = std::none_of(name.begin(), name.end(), is_small);
    const bool is_template = end < word.size() && (word[end] == '$' || word[end] == '%');
    if (is_braced ? is_closed : is_upper && !is_template) return std::string(name);
  }
  return {};
}

// A secret may hold any sign, and none of it is shown.
std::string without(const std::vector<std::string>& secrets, std::string word) {
  for (const std::string& secret : secrets) {
    for (std::size_t at = 0;
         !secret.empty() && (at = word.find(secret, at)) != std::string::npos;) {
      word.replace(at, secret.size(), 1, '.');
      ++at;
    }
  }
  return word;
}

std::string shell_text(const std::string& word, std::size_t index) {
  constexpr auto signs =
      std::to_array<string_view>({"|", "||", "&", "&&", ";", ">", ">>", "<", "2>", "2>&1", "\\"});
  if (std::find(signs.begin(), signs.end(), word) != signs.end())
    return element(index) + "is " + word +
           ", which only a shell understands: FFmpeg takes it for a file";
  if (word.find("***") != std::string::npos)
    return element(index) +
           "holds ***, which stands for a secret where one is shown: write the secret itself, or "
           "{env: NAME}";
  if (word.find("{env:") != std::string::npos || word.find("{file:") != std::string::npos)
    return element(index) +
           "holds {env: … or {file: …, which only a configuration file replaces: on a command line "
           "the shell or Compose puts a variable in";
  if (word.find("{{ ") != std::string::npos)
    return element(index) + "holds {{ …, which nothing replaces: write {env: NAME}";
  if (const std::string name = variable_in(word); !name.empty())
    return element(index) + "holds the variable " + name +
           ", which nothing replaces: write {env: " + name +
           "} in a configuration, in a script leave its single quotes out";
  if (word.find("$(") != std::string::npos)
    return element(index) + "holds $(…), which only a shell would run";
  return {};
}

bool is_quoted(string_view text) {
  return text.size() > 1 && text.front() == text.back() &&
         (text.front() == '"' || text.front() == '\'');
}

// How the URLs and files are written.
std::string endpoint_mistake(const FfmpegArgument& argument) {
  const std::string which = argument.kind == Kind::input ? "an input" : "an output";
  if (is_quoted(argument.value))
    return which +
           " has quotes of its own, which FFmpeg takes for a part of its name: leave them out";
  if (argument.value.starts_with("~/"))
    return which + " begins with ~, which only a shell replaces: write the path out";
  const string_view scheme = monitor::url_scheme(argument.value);
  const string_view path = argument.value.substr(0, argument.value.find('?'));
  const bool has_ending = path.find('.', path.rfind('/') + 1) != string_view::npos;
  const bool is_url = argument.value.find("://") != string_view::npos && scheme != "file";
  const bool needs_format =
      argument.kind == Kind::output && is_url && argument.format.empty() && !has_ending;
  if (!needs_format) return {};
  const bool is_rtmp = scheme.starts_with("rtmp");
  return std::string(scheme) +
         "://… is written to without -f, and FFmpeg cannot tell its format by "
         "the name: write -f " +
         (is_rtmp ? "flv" : "and the format, such as mpegts");
}

// Its sources (`testsrc`) may be all that is read.
bool has_filter_graph(const FfmpegCommand& command) {
  const std::vector<FfmpegArgument> arguments = command.arguments();
  return std::any_of(arguments.begin(), arguments.end(), [](const FfmpegArgument& argument) {
    return argument.name.starts_with("filter_complex") || argument.name == "lavfi" ||
           argument.name == "/filter_complex";
  });
}

void add_missing_ends(const FfmpegCommand& command, const StreamConfig& stream,
                      std::vector<std::string>& mistakes) {
  const monitor::Endpoints& ends = command.endpoints();
  if (ends.inputs.empty() && !has_filter_graph(command))
    mistakes.emplace_back("FFmpeg has no input: expected -i and a URL or file");
  if (ends.outputs.empty() && stream.outputs.empty())
    mistakes.emplace_back("FFmpeg has no output: expected a URL or file as the last word");
}

bool is_of_shell(const FfmpegCommand& command) {
  return std::any_of(command.argv().begin(), command.argv().end(), is_shell);  // it reads the rest
}

}  // namespace

std::vector<std::string> misread_words(const FfmpegCommand& command) {
  if (const std::string whole = whole_command(command.argv()); !whole.empty()) return {whole};
  std::vector<std::string> mistakes;
  if (!is_of_shell(command)) add_two_words(command, mistakes);
  return mistakes;
}

std::vector<std::string> shell_words(const FfmpegCommand& command, const StreamConfig& stream) {
  std::vector<std::string> mistakes;
  if (is_of_shell(command)) return mistakes;
  for (std::size_t i = 0; i < command.argv().size(); ++i) {
    const std::string word = without(stream.hidden.texts, command.argv()[i]);
    if (const std::string mistake = shell_text(word, i); !mistake.empty())
      mistakes.push_back(mistake);
  }
  return mistakes;
}

std::vector<std::string> command_mistakes(const FfmpegCommand& command,
                                          const StreamConfig& stream) {
  std::vector<std::string> mistakes;
  if (is_of_shell(command) || !command.is_ffmpeg()) return mistakes;
  for (const FfmpegArgument& argument : command.arguments()) {
    if (argument.kind == Kind::option) continue;
    const std::string mistake = endpoint_mistake(argument);
    if (!mistake.empty()) mistakes.push_back(mistake);
  }
  add_missing_ends(command, stream, mistakes);
  return mistakes;
}

}  // namespace supervisor
