#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "monitor/limits.hpp"

namespace supervisor::test {

using monitor::Content;
using std::chrono_literals::operator""s;
using Words = std::vector<std::string>;

inline Words words(const std::string& line) {
  Words result;
  std::size_t at = 0;
  while ((at = line.find_first_not_of(' ', at)) != std::string::npos) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    result.push_back(line.substr(at, end - at));
    at = end;
  }
  return result;
}

inline std::string joined(const Words& argv) {
  std::string line;
  for (const std::string& word : argv) line += (line.empty() ? "" : " ") + word;
  return line;
}

inline Content silence_only() {
  Content content;
  content.silence = Content::Silence{-50, 2s};
  return content;
}

inline Content picture_only() {
  Content content;
  content.frozen_picture = Content::FrozenPicture{-60, 2s};
  content.black = Content::Black{2s};
  return content;
}

inline Content all() {
  Content content = picture_only();
  content.silence = silence_only().silence;
  return content;
}

}  // namespace supervisor::test
