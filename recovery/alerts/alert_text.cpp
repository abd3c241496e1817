#include "recovery/alerts/alert_text.hpp"

#include "monitor/advice.hpp"
#include "recovery/alerts/characters.hpp"

namespace recovery::alerts {
namespace {

constexpr std::size_t max_list = 1000;  // of a text for a telephone

void add_line(std::string& text, std::string_view title, std::string_view value) {
  if (!value.empty()) text.append("\n").append(title).append(": ").append(value);
}

void add_list(std::string& text, std::string_view title, const std::vector<std::string>& list) {
  if (!list.empty()) text.append("\n").append(title).append(":\n").append(bullets(list, max_list));
}

}  // namespace

std::string_view status_of(const Alert& alert) {
  return alert.ends_at ? "resolved" : "firing";
}

std::string headline(const Alert& alert) {
  if (alert.is_test) return fitted("TEST: " + alert.summary, max_headline);
  return fitted((alert.ends_at ? "RESOLVED: " : "FIRING: ") + alert.summary, max_headline);
}

std::string cause_of(const Alert& alert) {
  return std::string(name(component_of(alert.cause))) + ": " + std::string(name(alert.cause));
}

std::string_view what_now(const Alert& alert) {
  const bool is_news = !alert.is_test && !alert.ends_at;
  return is_news ? monitor::what_now(alert.cause, alert.is_local) : std::string_view();
}

std::string_view runbook_of(const Alert& alert) {
  if (alert.is_test) return {};
  return "https://github.com/ffsupervisor/ffsupervisor/blob/main/etc/prometheus/runbooks.md"
         "#streamoffair";
}

std::string link_to(const Alert& alert, const Sender& from) {
  if (from.page.empty()) return {};
  return from.page + (alert.is_test ? "/" : "/#/" + alert.stream);
}

std::string bullets(const std::vector<std::string>& sentences, std::size_t max_characters) {
  const std::size_t first = sentences.size() > max_sentences ? sentences.size() - max_sentences : 0;
  std::string result;
  for (std::size_t i = first; i < sentences.size(); ++i) {
    if (!result.empty()) result += '\n';
    result += "• " + fitted(sentences[i], max_shown_sentence);
  }
  return fitted(result, max_characters);
}

std::string plain_text(const Alert& alert, const Sender& from) {
  std::string text = fitted(headline(alert), max_list);
  if (!alert.is_test) add_line(text, "Cause", cause_of(alert));
  add_line(text, "Output", fitted(alert.output, max_name));
  add_line(text, "What now", what_now(alert));
  add_list(text, "Evidence", alert.evidence);
  if (!alert.ends_at) add_list(text, "Tried", alert.tried);
  add_line(text, "Instance", fitted(from.instance, max_name));
  add_line(text, "Page", link_to(alert, from));
  return text;
}

}  // namespace recovery::alerts
