#pragma once

#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace monitor {

// The sentence of a fault, with its figures, as printf writes them; cut at 400 bytes.
[[gnu::format(printf, 1, 2)]] inline std::string sentence(const char* format, ...) {
  char text[400];
  std::va_list figures;
  va_start(figures, format);
  std::vsnprintf(text, sizeof text, format, figures);
  va_end(figures);
  return text;
}

// As FFmpeg writes out_time: 01:02:03.45
inline std::string clock_time(std::chrono::microseconds time) {
  const long long hundredths = std::llabs(time.count() / 10'000);
  const long long whole = hundredths / 100;
  return sentence("%s%02lld:%02lld:%02lld.%02lld", time.count() < 0 ? "-" : "", whole / 3600,
                  whole / 60 % 60, whole % 60, hundredths % 100);
}

}  // namespace monitor
