#include "recovery/alerts/bodies.hpp"

#include <cstdint>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "monitor/text/rfc3339.hpp"
#include "recovery/alerts/alert_text.hpp"
#include "recovery/alerts/characters.hpp"

namespace recovery::alerts {
namespace {

namespace json = boost::json;

constexpr std::size_t max_sentence = 1000;  // characters; a sentence is far shorter
constexpr std::size_t max_field = 1000;     // Discord refuses a field's value of more than 1024
constexpr std::int64_t red = 0xCC0000;
constexpr std::int64_t green = 0x2EB886;

bool is_bad(const Alert& alert) {
  return !alert.ends_at && !alert.is_test;
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
json::array fields(const Alert& alert, const Sender& from, Field field) {
  json::array result{field("Stream", fitted(alert.stream, max_name), true)};
  if (!alert.is_test) result.push_back(field("Cause", cause_of(alert), true));
  if (!alert.output.empty()) {
    result.push_back(field("Output", fitted(alert.output, max_name), true));
  }
  // Discord refuses an empty value.
  if (!from.instance.empty()) {
    result.push_back(field("Instance", fitted(from.instance, max_name), true));
  }
  const auto add = [&](std::string_view title, std::string_view value) {
    if (!value.empty()) result.push_back(field(title, value, false));
  };
  add("What now", what_now(alert));
  add("Evidence", bullets(alert.evidence, max_field));
  add("Tried", bullets(alert.tried, max_field));
  add("Page", link_to(alert, from));
  return result;
}

}  // namespace

std::string alertmanager_body(const Alert& alert, const Sender& from, WallTime firing_until) {
  json::object labels{{"alertname", alert.is_test ? "AlertTest" : "StreamOffAir"},
                      {"stream", plain(alert.stream)},
                      {"component", name(component_of(alert.cause))},
                      {"cause", name(alert.cause)},
                      {"severity", "critical"},
                      {"instance", plain(from.instance)}};
  if (!alert.output.empty()) labels["output"] = plain(alert.output);
  if (!alert.servers.source.empty()) labels["source"] = plain(alert.servers.source);
  if (!alert.servers.sink.empty()) labels["sink"] = plain(alert.servers.sink);
  json::object annotations{{"summary", plain(alert.summary)},
                           {"description", lines(alert.evidence)},
                           {"tried", lines(alert.tried)}};
  if (!what_now(alert).empty()) annotations["what_now"] = what_now(alert);
  if (!runbook_of(alert).empty()) annotations["runbook_url"] = runbook_of(alert);
  const std::string link = link_to(alert, from);
  if (!link.empty()) annotations["page"] = link;
  return json::serialize(json::array{
      json::object{{"labels", labels},
                   {"annotations", annotations},
                   {"startsAt", monitor::rfc3339(alert.starts_at)},
                   {"endsAt", monitor::rfc3339(alert.ends_at.value_or(firing_until))}}});
}

std::string generic_body(const Alert& alert, const Sender& from) {
  json::object body{{"id", plain(alert.id)},
                    {"status", status_of(alert)},
                    {"severity", "critical"},
                    {"stream", plain(alert.stream)},
                    {"component", name(component_of(alert.cause))},
                    {"cause", name(alert.cause)},
                    {"instance", plain(from.instance)},
                    {"summary", plain(alert.summary)},
                    {"evidence", list(alert.evidence)},
                    {"tried", list(alert.tried)},
                    {"starts_at", monitor::rfc3339(alert.starts_at)},
                    {"ends_at", nullptr}};
  if (!alert.output.empty()) body["output"] = plain(alert.output);
  if (!alert.servers.source.empty()) body["source"] = plain(alert.servers.source);
  if (!alert.servers.sink.empty()) body["sink"] = plain(alert.servers.sink);
  if (alert.ends_at) body["ends_at"] = monitor::rfc3339(*alert.ends_at);
  if (alert.is_test) body["test"] = true;
  if (!what_now(alert).empty()) body["what_now"] = what_now(alert);
  if (!runbook_of(alert).empty()) body["runbook_url"] = runbook_of(alert);
  const std::string link = link_to(alert, from);
  if (!link.empty()) body["page"] = link;
  return json::serialize(body);
}

std::string slack_body(const Alert& alert, const Sender& from) {
  const std::string text = slack_escaped(headline(alert));
  const auto at = alert.ends_at.value_or(alert.starts_at).time_since_epoch();
  const json::object attachment{
      {"color", is_bad(alert) ? "danger" : "good"},
      {"fallback", text},
      {"fields", fields(alert, from, slack_field)},
      {"ts", std::int64_t{std::chrono::duration_cast<std::chrono::seconds>(at).count()}}};
  return json::serialize(json::object{{"text", text}, {"attachments", json::array{attachment}}});
}

std::string discord_body(const Alert& alert, const Sender& from) {
  const json::object embed{
      {"color", is_bad(alert) ? red : green},
      {"fields", fields(alert, from, discord_field)},
      {"timestamp", monitor::rfc3339(alert.ends_at.value_or(alert.starts_at))}};
  return json::serialize(json::object{{"content", headline(alert)},
                                      {"embeds", json::array{embed}},
                                      {"allowed_mentions", {{"parse", json::array{}}}}});
}

}  // namespace recovery::alerts
