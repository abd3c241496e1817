#pragma once

#include <cstdint>
#include <string>

#include "http/settings.hpp"
#include "monitor/time.hpp"

namespace supervisor {

// Texts to values, as the settings need them. Each throws Unexpected, which states what was
// expected.

struct DurationRange {
  monitor::Duration min, max;
};
inline constexpr monitor::Duration week = std::chrono::weeks(1);
monitor::Duration read_duration(const std::string& text, DurationRange range);

struct NumberRange {
  double min, max;
  bool above_min = false;  // min itself is not allowed
};
double read_number(const std::string& text, NumberRange range);
std::string print_number(double number);

// `-50dB`: a level below the loudest, or a difference below the largest, from -120dB to 0dB.
double read_decibels(const std::string& text);
std::string print_decibels(double decibels);

std::uint64_t read_integer(const std::string& text, std::uint64_t min, std::uint64_t max);
// The same of a count, which other programs may write as `3.0`.
std::uint64_t read_count(const std::string& text, std::uint64_t min, std::uint64_t max);

// true/false, yes/no, on/off, 1/0 in any case.
bool read_boolean(const std::string& text);

// 1..64 of A-Z a-z 0-9 _ . -
std::string read_stream_name(const std::string& text);

// `ADDR:PORT`, `[ADDR6]:PORT`, `:PORT`. Port 0: any free one.
void read_listen(const std::string& text, http::Settings& settings);
std::string print_listen(const http::Settings& settings);

// `HOST:PORT`, `[ADDR6]:PORT`: where a server takes connections.
std::string read_host_and_port(const std::string& text);

// Of a file that need not be there yet. Empty: none.
std::string read_path(const std::string& text);

// A key or password: one line, at most 1 KiB. What was found is not shown.
std::string read_secret_text(const std::string& text);

// An absolute path that is none of the program's other routes.
std::string read_metrics_path(const std::string& text);

}  // namespace supervisor
