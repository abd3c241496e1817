#pragma once

#include <string>
#include <string_view>

#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

// What a receiver of alerts says in the body of its answer: the message in its JSON, else the first
// line. Empty where it has no words, or is a page. As it stands: it may repeat a secret.
std::string answer_words(std::string_view body);

// Such a message as it is shown: one line, secrets masked, cut, what is invisible written out.
std::string shown_answer(std::string_view message, const Secrets& secrets);

}  // namespace supervisor
