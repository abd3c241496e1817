#pragma once

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "monitor/time.hpp"
#include "tests/paths.hpp"

// Recorded runs of FFmpeg 4.4.1 to 9.0.2: captures/CASE[_VERSION]/progress.log has "SECONDS line".
namespace captures {

struct Line {
  monitor::Instant at;
  std::string text;
  bool gap = false;  // "[... N blocks trimmed ...]": the recording leaves a time out
};

inline monitor::Instant instant(double seconds) {
  return monitor::Instant{} + std::chrono::microseconds(static_cast<long long>(seconds * 1e6));
}

inline std::vector<Line> progress_of(const std::string& name) {
  std::ifstream file(paths::in_tests("captures/" + name + "/progress.log"));
  if (!file) throw std::runtime_error("no such capture: " + name);
  std::vector<Line> lines;
  for (std::string line; std::getline(file, line);) {
    const std::size_t space = line.find(' ');
    std::string text = line.substr(space + 1);
    if (text == "<EOF>") continue;
    const bool gap = text.starts_with("[...");
    lines.push_back({instant(std::stod(line)), std::move(text), gap});
  }
  return lines;
}

// The bytes FFmpeg wrote, up to the end or the first gap.
inline std::string bytes_of(const std::string& name) {
  std::string bytes;
  for (const Line& line : progress_of(name)) {
    if (line.gap) break;
    bytes += line.text + "\n";
  }
  return bytes;
}

inline std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(paths::in_tests("captures"))) {
    if (std::filesystem::exists(entry.path() / "progress.log")) {
      names.push_back(entry.path().filename());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace captures
