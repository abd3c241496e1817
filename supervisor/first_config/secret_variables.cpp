#include "supervisor/first_config/secret_variables.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "monitor/text/ascii.hpp"
#include "supervisor/first_config/found_commands.hpp"
#include "supervisor/secrets/credential_options.hpp"
#include "supervisor/secrets/url_credentials.hpp"
#include "supervisor/words/reference_text.hpp"

namespace supervisor {

namespace {

using std::string_view;

std::string as_variable(string_view text) {
  std::string name;
  for (const char c : text) {
    const bool is_low = c >= 'a' && c <= 'z';
    const bool is_taken = is_low || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    name += is_low ? static_cast<char>(c - 'a' + 'A') : is_taken ? c : '_';
  }
  return !name.empty() && name[0] >= '0' && name[0] <= '9' ? '_' + name : name;
}

// What ffsupervisor itself reads, or keeps from FFmpeg.
bool is_reserved(string_view name) {
  constexpr auto reserved = std::to_array<string_view>(
      {"FFSUPERVISOR_TOKEN", "AZURACAST_API_KEY", "AZURACAST_URL", "AZURACAST_STATION",
       "AZURACAST_WEBHOOK_PASSWORD", "RTMP_ENDPOINT", "METRICS_PATH", "METRICS_PORT"});
  return std::find(reserved.begin(), reserved.end(), name) != reserved.end();
}

// A secret within its word, and what it is called.
struct Secret {
  Span span;
  std::string kind;
};

// Of `Authorization: Bearer x\r\nX-Key: y` the values; a real line end fits in no file of
// variables.
std::vector<Secret> header_values(string_view lines) {
  std::vector<Secret> values;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = std::min(lines.find_first_of("\r\n", begin), lines.size());
    const std::size_t colon = lines.find(':', begin);
    if (colon < end) {
      const std::size_t value = std::min(lines.find_first_not_of(' ', colon + 1), end);
      const string_view name = monitor::trimmed(lines.substr(begin, colon - begin), " \t'\"");
      if (value < end) values.push_back({{value, end}, as_variable(name)});
    }
    begin = end + 1;
  }
  return values;
}

std::string kind_in_url(string_view word, const Span& span) {
  const string_view before = word.substr(0, span.begin);
  if (before.ends_with('=')) {
    const std::size_t name = before.find_last_of("?&;:,[| ") + 1;  // npos + 1 is 0
    return as_variable(before.substr(name, before.size() - name - 1));
  }
  if (word.substr(span.end).starts_with('@')) return "PASSWORD";
  return before.find("rtmp") == string_view::npos ? "SECRET" : "KEY";
}

std::vector<Secret> secrets_in(string_view word, const std::vector<Span>& spans,
                               const std::string& option) {
  std::vector<Secret> secrets;
  const bool is_whole = spans.size() == 1 && spans[0].begin == 0 && spans[0].end == word.size();
  if (is_whole && option == "headers") secrets = header_values(word);
  if (!secrets.empty()) return secrets;
  for (const Span& span : spans) {
    if (span.empty()) continue;
    const bool is_value = is_whole && !option.empty();
    secrets.push_back({span, is_value ? as_variable(option) : kind_in_url(word, span)});
  }
  return secrets;
}

// Calls `plain(text)` and `variable(name)` for the parts of a text with variable marks.
template <class Plain, class Variable>
void for_each_part(string_view text, Plain plain, Variable variable) {
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find(variable_begin), text.size());
    if (begin > 0) plain(text.substr(0, begin));
    text.remove_prefix(begin);
    if (text.empty()) return;
    const std::size_t end = std::min(text.find(variable_end), text.size());
    variable(std::string(text.substr(1, end - 1)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string reference(const std::string& name) {
  return "{env: " + name + '}';
}

template <class Each>
void for_each_secret(const SecretVariables::Command& command, Each each) {
  for (std::size_t i = 0; i < command.words.size(); ++i) {
    const std::string option(i == 0 ? string_view() : option_name(command.words[i - 1]));
    for (const Secret& secret : secrets_in(command.words[i], command.secrets.spans[i], option))
      each(i, secret);
  }
}

// Of the last URL in the text.
string_view scheme_in(string_view text) {
  const std::size_t colon = text.rfind("://");
  if (colon == string_view::npos) return {};
  const auto url = url_at(text, colon, Place::argument);
  return url ? url->scheme.of(text) : string_view();
}

// The first few, and that there are more.
std::string named(const std::vector<std::string>& streams) {
  constexpr std::size_t most = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, streams.size()); ++i)
    text += (i == 0 ? "" : ", ") + streams[i];
  return streams.size() > most ? text + ", …" : text;
}

}  // namespace

void SecretVariables::note_variable(const std::string& name, const std::string& what) {
  const auto is_same = [&](const Variable& variable) { return variable.name == name; };
  if (std::none_of(variables_.begin(), variables_.end(), is_same))
    variables_.push_back({name, what});
}

std::string SecretVariables::name_for(string_view secret, const std::string& wanted,
                                      const std::string& what) {
  for (const auto& [text, name] : secrets_) {
    if (text == secret) return name;
  }
  const auto is_taken = [&](const std::string& name) {
    return is_reserved(name) || own_.contains(name) ||
           std::any_of(variables_.begin(), variables_.end(),
                       [&](const Variable& variable) { return variable.name == name; });
  };
  std::string name = wanted;
  for (int number = 2; is_taken(name); ++number) name = wanted + '_' + std::to_string(number);
  secrets_.emplace_back(secret, name);
  variables_.push_back({name, what});
  return name;
}

void SecretVariables::keep_free(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    for_each_part(
        word, [](string_view) {}, [&](const std::string& name) { own_.insert(name); });
  }
}

SecretVariables::Wanted SecretVariables::wanted_for(string_view secret, const Command& command,
                                                    const std::string& kind,
                                                    string_view before) const {
  const std::string label = monitor::lowered(kind);
  const auto& streams = streams_of_.find(secret)->second;
  if (streams.size() > 1) {
    const std::string scheme = as_variable(scheme_in(before));
    return {scheme.empty() ? kind : scheme + '_' + kind,
            label + " of " + std::to_string(streams.size()) + " streams: " + named(streams)};
  }
  const bool is_doubtful =
      std::ranges::find(command.secrets.doubtful, secret) != command.secrets.doubtful.end();
  const char* doubt = " (if it is a plain name, write it into the command)";
  return {as_variable(command.stream) + '_' + kind,
          label + " of stream " + command.stream + (is_doubtful ? doubt : "")};
}

void SecretVariables::write_secret(string_view secret, const Wanted& wanted, std::string& text) {
  for_each_part(
      secret,
      [&](string_view part) { text += reference(name_for(part, wanted.name, wanted.what)); },
      [&](const std::string& name) {
        note_variable(name, wanted.what);
        text += reference(name);
      });
}

void SecretVariables::write_plain(string_view plain, const std::string& stream, std::string& text) {
  for_each_part(
      plain, [&](string_view part) { text += without_references(part); },
      [&](const std::string& name) {
        note_variable(name, "in the command of stream " + stream);
        text += reference(name);
      });
}

SecretVariables::SecretVariables(std::vector<Command> commands) : commands_(std::move(commands)) {
  for (const Command& command : commands_) {
    keep_free(command.words);
    for_each_secret(command, [&](std::size_t word, const Secret& secret) {
      auto& streams = streams_of_[std::string(secret.span.of(command.words[word]))];
      if (streams.empty() || streams.back() != command.stream) streams.push_back(command.stream);
    });
  }
}

std::vector<std::string> SecretVariables::written(std::size_t number) {
  const Command& command = commands_[number];
  std::vector<std::string> result(command.words.size());
  std::vector<std::size_t> done(command.words.size());
  for_each_secret(command, [&](std::size_t i, const Secret& secret) {
    const string_view word = command.words[i];
    const string_view before = word.substr(0, secret.span.begin);
    const string_view text = secret.span.of(word);
    write_plain(before.substr(done[i]), command.stream, result[i]);
    write_secret(text, wanted_for(text, command, secret.kind, before), result[i]);
    done[i] = secret.span.end;
  });
  for (std::size_t i = 0; i < result.size(); ++i)
    write_plain(string_view(command.words[i]).substr(done[i]), command.stream, result[i]);
  return result;
}

}  // namespace supervisor
