#include "supervisor/first_config/command_secrets.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "monitor/text/ascii.hpp"
#include "monitor/text/url.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/first_config/private_host.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

namespace {

using std::string_view;

// The last part of a URL's path, where it is secret as a whole.
struct StreamKey {
  string_view text, host;
};

std::optional<StreamKey> key_at(string_view word, const Span& span) {
  const std::size_t colon = word.substr(0, span.begin).rfind("://");
  if (colon == string_view::npos) return std::nullopt;
  const auto url = url_at(word, colon, Place::argument);
  if (!url || span.begin <= url->path.begin || span.end != url->end) return std::nullopt;
  const string_view text = span.of(word);
  if (word[span.begin - 1] != '/' || text.find_first_of("/?#") != string_view::npos)
    return std::nullopt;
  return StreamKey{text, monitor::split_url(Span{url->scheme.begin, url->end}.of(word)).host};
}

// `cam1`, `studio-2`, `101`: words with a number behind them at most. Figures among letters are a
// key's.
bool is_plain(string_view text) {
  constexpr std::size_t longest = 20, most_figures = 4;
  bool is_number = false;
  std::size_t figures = 0;
  for (const char c : text) {
    if (!monitor::is_letter(c) && !monitor::is_digit(c) && c != '-' && c != '_') return false;
    if (monitor::is_letter(c) && is_number) return false;
    is_number = monitor::is_digit(c);
    figures += is_number ? 1 : 0;
  }
  return !text.empty() && text.size() <= longest && figures <= most_figures;
}

using Parts = std::set<std::string, std::less<>>;

// What the path and the query of the command's inputs are made of, their secrets masked; `radio`
// of `radio.mp3` too.
Parts clear_parts(const std::vector<std::string>& words) {
  Parts parts;
  const FfmpegCommand masked(Secrets().mask_command(words));
  for (const string_view input : masked.endpoints().inputs) {
    const bool is_url = input.find("://") != string_view::npos;
    string_view path = is_url ? monitor::split_url(input).path : input;
    while (!path.empty()) {
      const string_view part = path.substr(0, path.find_first_of("/?&=;"));
      parts.emplace(part);
      parts.emplace(part.substr(0, part.find('.')));
      path.remove_prefix(std::min(part.size() + 1, path.size()));
    }
  }
  return parts;
}

// `cam12` → cam; empty for what does not count.
string_view stem_of(string_view key) {
  constexpr std::size_t shortest = 2;
  const string_view stem = key.substr(0, key.find_last_not_of("0123456789") + 1);
  return stem.size() < key.size() && stem.size() >= shortest ? stem : string_view();
}

// Keys by their server and stem.
class Rows {
 public:
  void add(const StreamKey& key) {
    const string_view stem = stem_of(key.text);
    if (!stem.empty() && is_plain(key.text)) rows_[of(key)].emplace(key.text);
  }

  bool counts(const StreamKey& key) const {
    const auto row = rows_.find(of(key));
    return row != rows_.end() && row->second.contains(key.text) && row->second.size() > 1;
  }

 private:
  static std::pair<std::string, std::string> of(const StreamKey& key) {
    return {std::string(key.host), std::string(stem_of(key.text))};
  }

  std::map<std::pair<std::string, std::string>, Parts> rows_;
};

template <class Each>
void for_each_key(const std::vector<std::string>& words,
                  const std::vector<std::vector<Span>>& spans, Each each) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (const Span& span : spans[i]) {
      if (const auto key = key_at(words[i], span)) each(*key);
    }
  }
}

CommandSecrets without_names(const std::vector<std::string>& words,
                             std::vector<std::vector<Span>> spans, const Rows& rows) {
  CommandSecrets secrets;
  const Parts clear = clear_parts(words);
  const auto is_name = [&](const StreamKey& key) {
    if (!is_plain(key.text)) return false;
    return clear.contains(key.text) || (is_private_host(key.host) && rows.counts(key));
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::erase_if(spans[i], [&](const Span& span) {
      const auto key = key_at(words[i], span);
      return key && is_name(*key);
    });
  }
  for_each_key(words, spans, [&](const StreamKey& key) {
    if (is_plain(key.text) && is_private_host(key.host)) secrets.doubtful.emplace_back(key.text);
  });
  secrets.spans = std::move(spans);
  return secrets;
}

}  // namespace

std::vector<CommandSecrets> secrets_of(const std::vector<FoundCommand>& commands) {
  std::vector<std::vector<std::vector<Span>>> spans;
  Rows rows;
  for (const FoundCommand& command : commands) {
    spans.push_back(Secrets().spans_of_command(command.words));
    for_each_key(command.words, spans.back(), [&](const StreamKey& key) { rows.add(key); });
  }
  std::vector<CommandSecrets> secrets;
  for (std::size_t i = 0; i < commands.size(); ++i)
    secrets.push_back(without_names(commands[i].words, std::move(spans[i]), rows));
  return secrets;
}

std::vector<std::string> masked_words(const std::vector<std::string>& words,
                                      const CommandSecrets& secrets) {
  std::vector<std::string> masked;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const string_view word = words[i];
    std::string text;
    std::size_t done = 0;
    for (const Span& span : secrets.spans[i]) {
      text.append(word.substr(done, span.begin - done)).append("***");
      done = span.end;
    }
    masked.push_back(text.append(word.substr(done)));
  }
  return masked;
}

}  // namespace supervisor
