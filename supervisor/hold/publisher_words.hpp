#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace supervisor {

// What a publisher's command says, as publisher_command() writes it: its input first, its URL last.

// Of an option with one value, `-hls_segment_type`; empty where it is not there.
std::string option_value(const std::vector<std::string>& words, std::string_view option);
// `flv` of `-f flv` behind the input, or by the URL's ending; empty where neither tells.
std::string publishing_muxer(const std::vector<std::string>& publisher);

}  // namespace supervisor
