#pragma once

#include <string>
#include <string_view>

#include "recovery/alert.hpp"
#include "recovery/alerts/sender.hpp"

namespace recovery::alerts {

// What an alert says to a person, in the forms that several receivers share. Bounded, valid UTF-8.

inline constexpr std::size_t max_shown_sentence = 300;  // in a chat, read on a telephone
inline constexpr std::size_t max_sentences = 32;        // of a list: the newest
inline constexpr std::size_t max_name = 250;  // of a stream or an instance; they are far shorter
inline constexpr std::size_t max_headline = 1900;  // Discord refuses a content of more than 2000

std::string_view status_of(const Alert& alert);  // "firing", "resolved"

// "FIRING: radio is off air: …", "RESOLVED: radio is on air again …", "TEST: …"
std::string headline(const Alert& alert);

// "sink: sink_lost"
std::string cause_of(const Alert& alert);

// The first thing to do; empty for a test and for what is resolved.
std::string_view what_now(const Alert& alert);

// The page of what to do; empty for a test.
std::string_view runbook_of(const Alert& alert);

// The live page, open at the stream; empty where there is none.
std::string link_to(const Alert& alert, const Sender& from);

// Each on a line of its own.
std::string bullets(const std::vector<std::string>& sentences, std::size_t max_characters);

// All of it, as plain lines.
std::string plain_text(const Alert& alert, const Sender& from);

}  // namespace recovery::alerts
