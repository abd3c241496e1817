#include "supervisor/first_config/shell_script.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <utility>

#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/ffmpeg/launch_wrapper.hpp"
#include "supervisor/first_config/launchers.hpp"
#include "supervisor/first_config/shell_loop.hpp"
#include "supervisor/words/shell_lexer.hpp"

namespace supervisor {

namespace {

using std::string_view;
using Kind = ShellPart::Kind;
using Words = std::vector<std::string>;

// `NAME` of a word `NAME=…`.
std::string assigned_name(const ShellToken& token) {
  if (token.parts.empty() || token.parts[0].kind != Kind::text) return {};
  const std::string& text = token.parts[0].text;
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) return {};
  const std::string name = text.substr(0, equals);
  const bool is_name = std::all_of(name.begin(), name.end(), is_variable_char);
  return is_name && is_variable_start(name[0]) ? name : std::string();
}

// Media goes through stdin or stdout, not only messages.
bool is_piped(const Words& words) {
  const FfmpegCommand command(words);
  return command.has_stdin_input() || command.has_stdout_output();
}

bool is_timed(const Words& words) {
  return !words.empty() && words.front() != "@reboot";
}

// `root` in `@reboot root ffmpeg …` of /etc/cron.d.
bool begins_with_user(const Words& words) {
  if (words.size() < 2 || base_name(words.front()).starts_with("ffmpeg")) return false;
  if (find_launched_program(words).at > 0 || runs_elsewhere(words.front())) return false;
  const Words rest(words.begin() + 1, words.end());
  return words.front().find('/') == std::string::npos && is_stream_command(launched_by(rest).words);
}

constexpr std::size_t found_max = 1000;          // as many streams as a configuration holds
constexpr std::size_t repeated_max = 1'000'000;  // tokens, of all rounds of all loops

class ScriptReader {
 public:
  ScriptReader(string_view text, const std::string& place) : text_(text), place_(place) {}

  FoundCommands read() {
    try {
      for (const ShellToken& token : read_shell_tokens(text_)) take(token);
    } catch (const ShellSyntaxError& error) {
      throw NoCommands(line_of(error.at) + ": " + error.what());
    }
    end_command(false);
    if (loop_) repeat(*std::exchange(loop_, std::nullopt), false);  // its `done` is missing
    return std::move(found_);
  }

 private:
  std::string line_of(std::size_t at) const {
    const auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(at, text_.size()));
    const std::string line = "line " + std::to_string(1 + std::count(text_.begin(), end, '\n'));
    return place_.empty() ? line : place_ + ", " + line;
  }

  void take(const ShellToken& token) {
    if (loop_) {
      if (loop_->take(token)) repeat(*std::exchange(loop_, std::nullopt), true);
      return;
    }
    const string_view sign = token.sign;
    if (skip_word_ && sign == "&") return;  // of `2>&1`
    if (sign.empty() && std::exchange(skip_word_, false)) return;
    if (sign.empty()) return words_.push_back(token);
    if (sign.find_first_of("<>") != string_view::npos) return redirect(token);
    end_command(sign == "|" || sign == "|&");
  }

  // Neither the descriptor in front nor the file behind belongs to the command.
  void redirect(const ShellToken& token) {
    skip_word_ = true;
    if (words_.empty()) return;
    const std::string before = plain_text(words_.back());
    const bool is_number =
        !before.empty() && before.find_first_not_of("0123456789") == std::string::npos;
    if (is_number && words_.back().at + before.size() == token.at) words_.pop_back();
  }

  void end_command(bool into_pipe) {
    skip_word_ = false;
    const bool in_pipe = std::exchange(from_pipe_, into_pipe) || into_pipe;
    const std::vector<ShellToken> words = std::exchange(words_, {});
    std::span<const ShellToken> rest(words);
    while (!rest.empty() && is_leading_word(plain_text(rest.front()))) rest = rest.subspan(1);
    if (rest.size() > 1 && plain_text(rest.front()) == "for") return begin_loop(rest.subspan(1));
    const std::size_t assigned = assign(rest);
    if (assigned < rest.size()) take_command(rest, assigned, in_pipe);
  }

  // `NAME in LIST`
  void begin_loop(std::span<const ShellToken> words) {
    const std::string variable = plain_text(words.front());
    std::string unknown;
    Words list;
    const bool has_list = words.size() > 2 && plain_text(words[1]) == "in";
    for (const ShellToken& word : has_list ? words.subspan(2) : words.first(0)) {
      if (begins_seq(word)) {
        list.emplace_back(seq_mark);
        continue;
      }
      for (std::string& each : expanded(word, true, unknown)) list.push_back(std::move(each));
    }
    Words values = unknown.empty() ? listed_values(list) : Words();
    loop_.emplace(variable, std::move(values));
  }

  // What stands in a loop is read once for each value of its variable.
  void repeat(const ShellLoop& loop, bool is_whole) {
    if (!is_whole || loop.values().empty() || !loop.is_bounded()) {
      loops_.insert(loop.variable());
      for (const ShellToken& token : loop.body()) take(token);
      return end_command(false);
    }
    for (const std::string& value : loop.values()) {
      require_bounded(loop);
      for (const ShellToken& token : loop.round(value)) take(token);
      end_command(false);
    }
  }

  // Loops in loops multiply.
  void require_bounded(const ShellLoop& round) {
    repeated_ += round.body().size();
    const std::size_t found = found_.commands.size() + found_.notes.size();
    if (found <= found_max && repeated_ <= repeated_max) return;
    throw NoCommands("the loops of the script make too many commands, expected at most " +
                     std::to_string(found_max));
  }

  // Returns how many words in front set variables; where all do, those are of the script.
  std::size_t assign(std::span<const ShellToken> words) {
    std::size_t count = 0;
    while (count < words.size() && !assigned_name(words[count]).empty()) ++count;
    if (count < words.size()) return count;
    for (const ShellToken& word : words) {
      const std::string name = assigned_name(word);
      std::string unknown;
      const Words value = expanded(word, false, unknown);
      variables_.erase(name);
      if (unknown.empty() && value.size() == 1)
        variables_[name] = value.front().substr(name.size() + 1);
    }
    return count;
  }

  void take_command(std::span<const ShellToken> words, std::size_t assigned, bool in_pipe) {
    FoundCommand command{{}, line_of(words.front().at), {}};
    if (assigned > 0) command.words.emplace_back("env");
    std::string unknown;
    for (const ShellToken& word : words) {
      for (std::string& each : expanded(word, true, unknown))
        command.words.push_back(std::move(each));
    }
    const std::size_t times = cron_words(command.words);
    const bool is_timed_line = times > 0 && is_timed(command.words);
    take_off_times(times, command.words);
    FoundCommands one;
    add_command(std::move(command), one);
    if (one.commands.empty()) return add_notes(one);
    if (is_timed_line)
      return note(words,
                  "cron starts it at its times, and ffsupervisor keeps a stream on air all "
                  "the time");
    if (in_pipe && std::ranges::any_of(one.commands, is_piped, &FoundCommand::words))
      return note(words, "it is a part of a pipe, which has no supervisor of its own");
    if (!unknown.empty())
      return note(words, "what " + unknown + " stands for is known only when the script runs");
    for (FoundCommand& each : one.commands) found_.commands.push_back(std::move(each));
    add_notes(one);
  }

  // Behind the times of a crontab: a user, in /etc/cron.d; variables.
  static void take_off_times(std::size_t times, Words& words) {
    if (times == 0) return;
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(times));
    if (begins_with_user(words)) words.erase(words.begin());
    const bool sets_variable = !words.empty() && words.front().find('=') != std::string::npos;
    if (sets_variable) words.insert(words.begin(), "env");
  }

  void add_notes(const FoundCommands& one) {
    found_.notes.insert(found_.notes.end(), one.notes.begin(), one.notes.end());
  }

  void note(std::span<const ShellToken> words, const std::string& why) {
    found_.notes.push_back(left_out_note(line_of(words.front().at), why));
  }

  // The words that this one becomes; without quotes a variable's text may be several.
  Words expanded(const ShellToken& token, bool split, std::string& unknown) const {
    Words words{""};
    for (const ShellPart& part : token.parts) {
      const std::string text = text_of(part, unknown);
      if (part.kind == Kind::variable && !part.is_quoted && split) {
        append_split(text, words);
      } else {
        words.back() += text;
      }
    }
    return words;
  }

  static void append_split(const std::string& text, Words& words) {
    std::istringstream in(text);
    std::string word;
    for (bool is_first = true; in >> word; is_first = false) {
      if (!is_first) words.emplace_back();
      words.back() += word;
    }
  }

  std::string text_of(const ShellPart& part, std::string& unknown) const {
    if (part.kind == Kind::text) return part.text;
    if (part.kind == Kind::substitution || loops_.contains(part.text)) {
      unknown = part.written;
      return {};
    }
    const auto known = variables_.find(part.text);
    if (known != variables_.end()) return known->second;
    return part.otherwise ? *part.otherwise : variable_mark(part.text);
  }

  string_view text_;
  const std::string place_;
  std::vector<ShellToken> words_;  // of the command so far
  bool skip_word_ = false;         // it is a redirection's file
  bool from_pipe_ = false;
  std::map<std::string, std::string> variables_;
  std::optional<ShellLoop> loop_;  // whose body is being read
  std::set<std::string> loops_;    // variables of `for` with values that are not known
  std::size_t repeated_ = 0;       // tokens, in rounds of loops
  FoundCommands found_;
};

}  // namespace

FoundCommands commands_of_script(string_view text, const std::string& place) {
  return ScriptReader(text, place).read();
}

}  // namespace supervisor
