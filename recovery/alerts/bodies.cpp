#include "recovery/alerts/bodies.hpp"

#include <cstdint>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "monitor/text/rfc3339.hpp"
#include "recovery/alerts/characters.hpp"

namespace recovery::alerts {
namespace {

namespace json = boost::json;

constexpr std::size_t max_sentence = 1000;       // characters; a sentence is far shorter
constexpr std::size_t max_shown_sentence = 300;  // … in a chat, read on a telephone
constexpr std::size_t max_headline = 1900;       // Discord refuses a content of more than 2000
constexpr std::size_t max_field = 1000;          // … and a field's value of more than 1024
constexpr std::size_t max_name = 250;            // of a stream or an instance; they are far shorter
constexpr std::size_t max_sentences = 32;        // of a list: the newest
constexpr std::int64_t red = 0xCC0000;
constexpr std::int64_t green = 0x2EB886;

std::string_view status_of(const Alert& alert) {
  return alert.ends_at ? "resolved" : "firing";
}

std::string plain(std::string_view text) {
  return fitted(text, max_sentence);
}

std::size_t first_shown(const std::vector<std::string>& sentences) {
  return sentences.size() > max_sentences ? sentences.size() - max_sentences : 0;
}

json::array list(const std::vector<std::string>& sentences) {
  json::array result;
  for (std::size_t i = first_shown(sentences); i < sentences.size(); ++i) {
    result.emplace_back(plain(sentences[i]));
  }
  return result;
}

std::string lines(const std::vector<std::string>& sentences) {
  std::string result;
  for (std::size_t i = first_shown(sentences); i < sentences.size(); ++i) {
    if (!result.empty()) result += '\n';
    result += plain(sentences[i]);
  }
  return result;
}

std::string bullets(const std::vector<std::string>& sentences) {
  std::string result;
  for (std::size_t i = first_shown(sentences); i < sentences.size(); ++i) {
    if (!result.empty()) result += '\n';
    result += "• " + fitted(sentences[i], max_shown_sentence);
  }
  return fitted(result, max_field);
}

// "1 h 2 min", "2 min 5 s", "5 s"
std::string span(WallTime from, WallTime to) {
  const auto total = std::chrono::duration_cast<std::chrono::seconds>(to - from).count();
  const auto seconds = total < 0 ? 0 : total;  // the clock was set back
  const auto h = seconds / 3600;
  const auto min = seconds / 60 % 60;
  if (h > 0) return std::to_string(h) + " h " + std::to_string(min) + " min";
  const std::string rest = std::to_string(seconds % 60) + " s";
  return min > 0 ? std::to_string(min) + " min " + rest : rest;
}

std::string headline(const Alert& alert) {
  if (!alert.ends_at) return fitted("FIRING: " + alert.summary, max_headline);
  return fitted("RESOLVED after " + span(alert.starts_at, *alert.ends_at) + ": " + alert.summary,
                max_headline);
}

std::string cause_of(const Alert& alert) {
  return std::string(name(component_of(alert.cause))) + ": " + std::string(name(alert.cause));
}

// What Slack asks for; without it `<!channel>` in a line of FFmpeg's would call everybody.
std::string slack_escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

json::object slack_field(std::string_view title, std::string_view value, bool is_short) {
  return {{"title", title}, {"value", slack_escaped(value)}, {"short", is_short}};
}

json::object discord_field(std::string_view title, std::string_view value, bool is_inline) {
  return {{"name", title}, {"value", value}, {"inline", is_inline}};
}

// Both want the same, under other names.
template <class Field>
json::array fields(const Alert& alert, std::string_view instance, Field field) {
  json::array result{field("Stream", fitted(alert.stream, max_name), true),
                     field("Cause", cause_of(alert), true)};
  if (!alert.output.empty()) {
    result.push_back(field("Output", fitted(alert.output, max_name), true));
  }
  // Discord refuses an empty value.
  if (!instance.empty()) result.push_back(field("Instance", fitted(instance, max_name), true));
  if (!alert.evidence.empty()) result.push_back(field("Evidence", bullets(alert.evidence), false));
  if (!alert.tried.empty()) result.push_back(field("Tried", bullets(alert.tried), false));
  return result;
}

}  // namespace

std::string alertmanager_body(const Alert& alert, std::string_view instance,
                              WallTime firing_until) {
  json::object labels{{"alertname", "StreamOffAir"},
                      {"stream", plain(alert.stream)},
                      {"component", name(component_of(alert.cause))},
                      {"cause", name(alert.cause)},
                      {"severity", "critical"},
                      {"instance", plain(instance)}};
  if (!alert.output.empty()) labels["output"] = plain(alert.output);
  const json::object annotations{{"summary", plain(alert.summary)},
                                 {"description", lines(alert.evidence)},
                                 {"tried", lines(alert.tried)}};
  return json::serialize(json::array{
      json::object{{"labels", labels},
                   {"annotations", annotations},
                   {"startsAt", monitor::rfc3339(alert.starts_at)},
                   {"endsAt", monitor::rfc3339(alert.ends_at.value_or(firing_until))}}});
}

std::string generic_body(const Alert& alert, std::string_view instance) {
  json::object body{{"id", plain(alert.id)},
                    {"status", status_of(alert)},
                    {"severity", "critical"},
                    {"stream", plain(alert.stream)},
                    {"component", name(component_of(alert.cause))},
                    {"cause", name(alert.cause)},
                    {"instance", plain(instance)},
                    {"summary", plain(alert.summary)},
                    {"evidence", list(alert.evidence)},
                    {"tried", list(alert.tried)},
                    {"starts_at", monitor::rfc3339(alert.starts_at)},
                    {"ends_at", nullptr}};
  if (!alert.output.empty()) body["output"] = plain(alert.output);
  if (alert.ends_at) body["ends_at"] = monitor::rfc3339(*alert.ends_at);
  return json::serialize(body);
}

std::string slack_body(const Alert& alert, std::string_view instance) {
  const std::string text = slack_escaped(headline(alert));
  const auto at = alert.ends_at.value_or(alert.starts_at).time_since_epoch();
  const json::object attachment{
      {"color", alert.ends_at ? "good" : "danger"},
      {"fallback", text},
      {"fields", fields(alert, instance, slack_field)},
      {"ts", std::int64_t{std::chrono::duration_cast<std::chrono::seconds>(at).count()}}};
  return json::serialize(json::object{{"text", text}, {"attachments", json::array{attachment}}});
}

std::string discord_body(const Alert& alert, std::string_view instance) {
  const json::object embed{
      {"color", alert.ends_at ? green : red},
      {"fields", fields(alert, instance, discord_field)},
      {"timestamp", monitor::rfc3339(alert.ends_at.value_or(alert.starts_at))}};
  return json::serialize(json::object{{"content", headline(alert)},
                                      {"embeds", json::array{embed}},
                                      {"allowed_mentions", {{"parse", json::array{}}}}});
}

}  // namespace recovery::alerts
