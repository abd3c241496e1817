#include "recovery/alerts/phone_bodies.hpp"

#include <stdexcept>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "monitor/text/percent.hpp"
#include "recovery/alerts/alert_text.hpp"
#include "recovery/alerts/characters.hpp"

namespace recovery::alerts {
namespace {

namespace json = boost::json;

// Telegram refuses more than 4096 characters; ntfy makes a file of more than 4096 bytes.
constexpr std::size_t max_message_characters = 3500;
constexpr std::size_t max_message_bytes = 4000;
constexpr std::size_t max_title = 200;
constexpr int most_urgent = 5;
constexpr int usual = 3;

std::string fitted_bytes(std::string text, std::size_t max_bytes) {
  for (std::size_t characters = max_bytes; text.size() > max_bytes; characters -= 100) {
    text = fitted(text, characters);
  }
  return text;
}

std::string_view emoji_of(const Alert& alert) {
  if (alert.is_test) return "test_tube";
  return alert.ends_at ? "white_check_mark" : "rotating_light";
}

}  // namespace

std::string telegram_body(const Alert& alert, const Sender& from, std::string_view chat) {
  return json::serialize(
      json::object{{"chat_id", chat},
                   {"text", fitted(plain_text(alert, from), max_message_characters)},
                   {"disable_web_page_preview", true}});
}

std::string take_telegram_chat(const Endpoint& endpoint) {
  constexpr std::string_view key = "chat_id=";
  const std::string_view target = endpoint.target;
  std::size_t at = target.find('?');
  while (at != std::string_view::npos) {
    const std::string_view rest = target.substr(at + 1);
    const std::size_t end = rest.find('&');
    if (rest.starts_with(key) && rest.substr(0, end).size() > key.size()) {
      return monitor::percent_decode(rest.substr(key.size(), end - key.size()));
    }
    at = end == std::string_view::npos ? end : at + 1 + end;
  }
  throw std::runtime_error(
      "for telegram it has no chat, expected https://api.telegram.org/botTOKEN/sendMessage"
      "?chat_id=CHAT");
}

std::string ntfy_body(const Alert& alert, const Sender& from, std::string_view topic) {
  json::object body{{"topic", topic},
                    {"title", fitted(headline(alert), max_title)},
                    {"message", fitted_bytes(plain_text(alert, from), max_message_bytes)},
                    {"priority", alert.ends_at || alert.is_test ? usual : most_urgent},
                    {"tags", json::array{json::string(emoji_of(alert))}}};
  const std::string link = link_to(alert, from);
  if (!link.empty()) body["click"] = link;
  return json::serialize(body);
}

std::string take_ntfy_topic(Endpoint& endpoint) {
  const std::size_t query = endpoint.target.find('?');
  std::string path = endpoint.target.substr(0, query);
  const std::string rest = query == std::string::npos ? "" : endpoint.target.substr(query);
  const std::size_t slash = path.rfind('/');
  const std::string topic = slash == std::string::npos ? path : path.substr(slash + 1);
  if (topic.empty()) {
    throw std::runtime_error("for ntfy it has no topic, expected https://ntfy.sh/TOPIC");
  }
  endpoint.target = path.substr(0, slash + 1) + rest;
  return topic;
}

}  // namespace recovery::alerts
