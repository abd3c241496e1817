#include "supervisor/secrets/secrets.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "monitor/text/ascii.hpp"
#include "monitor/text/percent.hpp"
#include "supervisor/secrets/credential_options.hpp"
#include "supervisor/secrets/credentials.hpp"
#include "supervisor/secrets/published_words.hpp"
#include "supervisor/secrets/text_encodings.hpp"

namespace supervisor {

namespace {

using std::string_view;

constexpr string_view mask_text = "***";
constexpr std::size_t shortest_strong = 6;  // a shorter secret is likely to be a word of its own
constexpr std::size_t shortest_weak = 3;    // "1" would eat the figures of every line

// Words of FFmpeg's own lines that are also used as stream keys.
constexpr auto ordinary_words = std::to_array<string_view>(
    {"stream",   "Stream",   "output",  "Output",  "source",  "encoder", "channel",  "publish",
     "default",  "ffmpeg",   "FFmpeg",  "string",  "bitrate", "quality", "subtitle", "internal",
     "duration", "metadata", "unknown", "request", "streams", "server"});

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// The text with some of its parts, in ascending order, masked.
std::string masked(string_view text, const std::vector<Span>& spans) {
  std::string result;
  result.reserve(text.size());
  std::size_t done = 0;
  for (const Span& span : spans) {
    result.append(text, done, span.begin - done);
    result += mask_text;
    done = span.end;
  }
  return result.append(text.substr(done));
}

constexpr std::array<bool, 256> make_triggers() {
  std::array<bool, 256> table{};
  for (const char c : {'/', '=', ':', '@'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto triggers = make_triggers();

// What is secret by its form, and by `weak_at(text, at)`: the length of a weak secret that starts
// there, or 0.
template <class WeakAt>
void add_forms(string_view text, Place place, Use use, WeakAt weak_at, std::vector<Span>& spans) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!triggers[static_cast<unsigned char>(c)]) continue;
    if (c == ':') {
      if (const auto url = url_at(text, i, place)) {
        for (const Span& span : secret_parts(text, *url, place, use)) spans.push_back(span);
        i = std::max(url->end, url->options.end) - 1;
        continue;
      }
    }
    Span span;
    if (place == Place::argument) span = option_secret(text, i);
    if (span.empty() && (c == ':' || c == '=')) span = named_secret(text, i);
    if (span.empty()) span = {i + 1, i + 1 + weak_at(text, i + 1)};
    if (span.empty()) continue;
    spans.push_back(span);
    i = span.end - 1;
  }
}

}  // namespace

void Secrets::learn(string_view secret) {
  if (secret.find_first_not_of('*') == string_view::npos) return;  // empty, or the mask itself
  learn_encodings(secret);
}

void Secrets::learn_encodings(string_view secret) {
  const std::string decoded = monitor::percent_decode(secret);
  for (const string_view form : {secret, string_view(decoded)}) {
    add(form);
    add(monitor::percent_encode(form));
    add(monitor::percent_encode(form, monitor::is_unreserved, monitor::HexCase::lower));
    add(json_escaped(form, JsonSlash::plain));
    add(json_escaped(form, JsonSlash::escaped));
  }
}

void Secrets::show(string_view name) {
  shown_.emplace(name);
}

bool Secrets::is_shown(string_view text) const {
  return shown_.contains(text) || (base_ != nullptr && base_->is_shown(text));
}

void Secrets::add(string_view secret) {
  if (secret.size() < shortest_weak) return;
  const bool weak = secret.size() < shortest_strong || is_shown(secret) ||
                    std::ranges::find(ordinary_words, secret) != ordinary_words.end();
  if (weak) return weak_.add(secret);
  secrets_.add(secret);
}

std::size_t Secrets::weak_secret_at(string_view text, std::size_t at) const {
  if (text.substr(0, at).ends_with("/streams/")) return 0;  // of our own API
  std::size_t size = 0;
  weak_.find_in(text.substr(at), [&](string_view secret) {
    const std::size_t end = at + secret.size();
    const bool scheme = text.substr(end).starts_with(":/") || text.substr(end).starts_with(":\\/");
    if (scheme || (end != text.size() && is_word_char(text[end]))) return false;
    size = secret.size();
    return true;
  });
  return base_ == nullptr ? size : std::max(size, base_->weak_secret_at(text, at));
}

void Secrets::add_learnt(string_view text, std::vector<Span>& spans) const {
  secrets_.find_in(text, spans);
  if (base_ != nullptr) base_->add_learnt(text, spans);
}

std::vector<Span> Secrets::spans_in(string_view text, Place place, Use use) const {
  std::vector<Span> spans;
  add_learnt(text, spans);
  add_forms(
      text, place, use, [this](string_view in, std::size_t at) { return weak_secret_at(in, at); },
      spans);
  return merged(std::move(spans));
}

// A mask may end a word or a URL earlier than what it stands for did: what is left is looked at
// again.
std::string Secrets::mask_as(string_view text, Place place, Use use) const {
  constexpr int most_passes = 8;
  std::string current(text);
  for (int pass = 0; pass < most_passes; ++pass) {
    const std::vector<Span> spans = spans_in(current, place, use);
    if (spans.empty()) break;
    std::string next = masked(current, spans);
    if (next == current) break;
    current = std::move(next);
  }
  return current;
}

std::string Secrets::mask(string_view text) const {
  return mask_as(text, Place::prose, Use::any);
}

std::vector<Secrets::Argument> Secrets::read_command(const std::vector<std::string>& argv) {
  const std::vector<bool> published = published_words(argv);
  std::vector<Argument> arguments;
  arguments.reserve(argv.size());
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const std::vector<std::string> inner = words_of_command_text(argv[i]);
    if (!inner.empty()) learn(inner);
    const bool is_published = published[i] && inner.empty();  // not as a whole
    arguments.push_back({i > 0 && is_option_secret(option_name(argv[i - 1]), argv[i]),
                         is_published ? Use::publish : Use::any});
  }
  return arguments;
}

std::vector<std::string> Secrets::mask_command(const std::vector<std::string>& argv) const {
  Secrets own(this);
  const std::vector<Argument> arguments = own.read_command(argv);
  std::vector<std::string> masked;
  masked.reserve(argv.size());
  for (std::size_t i = 0; i < argv.size(); ++i) {
    masked.push_back(arguments[i].is_value
                         ? std::string(mask_text)
                         : own.mask_as(argv[i], Place::argument, arguments[i].use));
  }
  return masked;
}

std::vector<std::vector<Span>> Secrets::spans_of_command(
    const std::vector<std::string>& argv) const {
  Secrets own(this);
  const std::vector<Argument> arguments = own.read_command(argv);
  std::vector<std::vector<Span>> spans;
  spans.reserve(argv.size());
  for (std::size_t i = 0; i < argv.size(); ++i) {
    const std::vector<Span> whole{{0, argv[i].size()}};
    spans.push_back(
        arguments[i].is_value ? whole : own.spans_in(argv[i], Place::argument, arguments[i].use));
  }
  return spans;
}

}  // namespace supervisor
