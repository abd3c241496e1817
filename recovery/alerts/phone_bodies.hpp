#pragma once

#include <string>
#include <string_view>

#include "recovery/alert.hpp"
#include "recovery/alerts/endpoint.hpp"
#include "recovery/alerts/sender.hpp"

namespace recovery::alerts {

// Messages to telephones, as JSON. Pure. Where they go stands in the hook's URL.

// Telegram's sendMessage. `chat`: the URL's `chat_id`.
std::string telegram_body(const Alert& alert, const Sender& from, std::string_view chat);
// Of https://api.telegram.org/botTOKEN/sendMessage?chat_id=CHAT. Throws std::runtime_error where it
// has none; never shows the URL.
std::string take_telegram_chat(const Endpoint& endpoint);

// ntfy, published as JSON.
std::string ntfy_body(const Alert& alert, const Sender& from, std::string_view topic);
// Of https://ntfy.sh/TOPIC; what is left is where JSON is published. Throws as above.
std::string take_ntfy_topic(Endpoint& endpoint);

}  // namespace recovery::alerts
