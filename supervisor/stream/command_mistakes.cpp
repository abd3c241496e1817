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

// Where an element of the user's stands: in the command, or in `outputs:` behind what is put in
// front of it here.
struct Place {
  std::string of = "of the command ";
  std::size_t added = 0;

  std::string operator()(std::size_t index) const {
    return "element " + std::to_string(index + 1 - added) + ' ' + of;
  }
};

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
  return Place()(0) +
         "holds several words, and no program has that name: give each word an element of its own, "
         "or write the whole command as one line behind command:";
}

// `-c copy`, `-i http://…` where FFmpeg reads an option.
std::string two_words(const std::vector<std::string>& argv, std::size_t index, const Place& place) {
  const string_view word = argv[index];
  const std::size_t blank = word.find_first_of(" \t");
  if (blank == string_view::npos || word.size() < 2 || !is_variable_start(word[1])) return {};
  const string_view option = word.substr(0, blank);
  const auto fits = [](char c) { return is_variable_char(c) || c == '-' || c == ':'; };
  if (!std::all_of(option.begin(), option.end(), fits)) return {};
  return place(index) + "holds two words: write " + std::string(option) +
         " and what is behind it as two elements";
}

// `flv "rtmp://…"`: how YAML reads `flv` and a quoted text without a comma between them.
bool has_quoted_end(string_view word) {
  const std::size_t quote = word.find_first_of("\"'");
  if (quote == string_view::npos || quote < 2 || word.size() < quote + 2) return false;
  const string_view before = word.substr(0, quote);
  const string_view first = before.substr(0, before.find_last_not_of(" \t") + 1);
  const string_view quoted = word.substr(quote + 1, word.size() - quote - 2);
  const char signs[] = {' ', '\t', word[quote], '\0'};
  return first.size() < quote && first.find_first_of(" \t=:") == string_view::npos &&
         word.back() == word[quote] && quoted.find_first_of(signs) == string_view::npos;
}

// Names one thing that FFmpeg has, with no blank in it.
bool is_name_option(string_view name) {
  constexpr auto names =
      std::to_array<string_view>({"f", "c", "codec", "vcodec", "acodec", "scodec"});
  return std::ranges::find(names, name.substr(0, name.find(':'))) != names.end();
}

// `x -f`: an input or output, and the option behind it.
bool has_option_at_end(string_view word) {
  const std::size_t dash = word.rfind(" -");
  if (dash == string_view::npos || dash == 0 || dash + 2 >= word.size()) return false;
  const string_view name = word.substr(dash + 2);
  return is_variable_start(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_variable_char(c) || c == ':'; });
}

bool lacks_comma(const FfmpegArgument& argument) {
  if (has_quoted_end(argument.value)) return true;
  if (argument.kind != Kind::option) return has_option_at_end(argument.value);
  return is_name_option(argument.name) && argument.value.find(' ') != string_view::npos;
}

void add_lacking_commas(const FfmpegCommand& command, const Place& place,
                        std::vector<std::string>& mistakes) {
  const std::vector<std::string>& argv = command.argv();
  for (const FfmpegArgument& argument : command.arguments()) {
    if (!lacks_comma(argument)) continue;
    const auto word = std::ranges::find_if(
        argv, [&](const std::string& each) { return each.data() == argument.value.data(); });
    if (word == argv.end()) continue;
    mistakes.push_back(place(static_cast<std::size_t>(word - argv.begin())) +
                       "holds two words: a comma between them is missing, or a quote");
  }
}

bool is_option_at(const FfmpegCommand& command, std::size_t index) {
  const std::vector<FfmpegArgument> arguments = command.arguments();
  const char* const name = command.argv()[index].data() + 1;
  return std::any_of(arguments.begin(), arguments.end(), [&](const FfmpegArgument& argument) {
    return argument.kind == Kind::option && argument.name.data() == name;
  });
}

// FFmpeg takes what is behind `-i in` for the value of that option, as it knows none of the name.
void add_two_words(const FfmpegCommand& command, const Place& place,
                   std::vector<std::string>& mistakes) {
  const std::vector<std::string>& argv = command.argv();
  bool is_behind_one = false;
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const std::string mistake = two_words(argv, i, place);
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

// `are_replaced`: a reference that is still there was written so that it stays.
std::string shell_text(const std::string& word, bool are_replaced) {
  constexpr auto signs =
      std::to_array<string_view>({"|", "||", "&", "&&", ";", ">", ">>", "<", "2>", "2>&1", "\\"});
  if (std::find(signs.begin(), signs.end(), word) != signs.end())
    return "is " + word + ", which only a shell understands: FFmpeg takes it for a file";
  if (word.find("***") != std::string::npos)
    return "holds ***, which stands for a secret where one is shown: write the secret itself, or "
           "{env: NAME}";
  const bool has_reference =
      word.find("{env:") != std::string::npos || word.find("{file:") != std::string::npos;
  if (has_reference && !are_replaced)
    return "holds {env: … or {file: …, which only a configuration file replaces: on a command line "
           "the shell or Compose puts a variable in";
  if (word.find("{{ ") != std::string::npos)
    return "holds {{ …, which nothing replaces: write {env: NAME}";
  if (const std::string name = variable_in(word); !name.empty())
    return "holds the variable " + name + ", which nothing replaces: write {env: " + name +
           "} in a configuration, in a script leave its single quotes out";
  if (word.find("$(") != std::string::npos) return "holds $(…), which only a shell would run";
  return {};
}

void add_shell_texts(const FfmpegCommand& command, const StreamConfig& stream, const Place& place,
                     std::vector<std::string>& mistakes) {
  for (std::size_t i = 0; i < command.argv().size(); ++i) {
    const std::string mistake = shell_text(without(stream.hidden.texts, command.argv()[i]),
                                           stream.hidden.references_replaced);
    if (!mistake.empty()) mistakes.push_back(place(i) + mistake);
  }
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

void add_endpoint_mistakes(const FfmpegCommand& command, const std::string& whose,
                           std::vector<std::string>& mistakes) {
  for (const FfmpegArgument& argument : command.arguments()) {
    if (argument.kind == Kind::option) continue;
    const std::string mistake = endpoint_mistake(argument);
    if (!mistake.empty()) mistakes.push_back(whose + mistake);
  }
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

std::vector<std::string> misread_at(const FfmpegCommand& command, const Place& place) {
  std::vector<std::string> mistakes;
  add_two_words(command, place, mistakes);
  add_lacking_commas(command, place, mistakes);
  return mistakes;
}

void add_mistakes_of(const OutputSettings& output, const StreamConfig& stream,
                     std::vector<std::string>& mistakes) {
  std::vector<std::string> argv{"ffmpeg", "-i", "-"};
  const std::string key = "outputs." + output.name;
  const Place place{"of " + key + ' ', argv.size()};
  argv.insert(argv.end(), output.arguments.begin(), output.arguments.end());
  const FfmpegCommand command(argv);
  const std::vector<std::string> misread = misread_at(command, place);
  mistakes.insert(mistakes.end(), misread.begin(), misread.end());
  add_shell_texts(command, stream, place, mistakes);
  if (misread.empty()) add_endpoint_mistakes(command, key + ": ", mistakes);
}

}  // namespace

std::vector<std::string> misread_words(const FfmpegCommand& command) {
  if (const std::string whole = whole_command(command.argv()); !whole.empty()) return {whole};
  if (is_of_shell(command)) return {};
  return misread_at(command, {});
}

std::vector<std::string> shell_words(const FfmpegCommand& command, const StreamConfig& stream) {
  std::vector<std::string> mistakes;
  if (is_of_shell(command)) return mistakes;
  add_shell_texts(command, stream, {}, mistakes);
  return mistakes;
}

std::vector<std::string> command_mistakes(const FfmpegCommand& command,
                                          const StreamConfig& stream) {
  std::vector<std::string> mistakes;
  if (is_of_shell(command) || !command.is_ffmpeg()) return mistakes;
  add_endpoint_mistakes(command, {}, mistakes);
  add_missing_ends(command, stream, mistakes);
  return mistakes;
}

std::vector<std::string> output_mistakes(const StreamConfig& stream) {
  std::vector<std::string> mistakes;
  for (const OutputSettings& output : stream.outputs) {
    try {
      add_mistakes_of(output, stream, mistakes);
    } catch (const CommandError&) {
      // Refused where it is taken apart.
    }
  }
  return mistakes;
}

}  // namespace supervisor
