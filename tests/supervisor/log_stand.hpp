#pragma once

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include "supervisor/log/log.hpp"

// A log and the end of its pipe that the test reads.
namespace supervisor::log_stand {

namespace json = boost::json;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

inline constexpr LogSettings as_json{LogFormat::json, LogLevel::info};
inline constexpr LogSettings as_text{LogFormat::text, LogLevel::info};

// Two connected descriptors; `take()` gives what has come, without waiting.
class Channel {
 public:
  Channel() { EXPECT_EQ(::pipe(fds_.data()), 0); }
  Channel(int read_end, int write_end) : fds_{read_end, write_end} {}
  ~Channel() {
    close_reader();
    ::close(fds_[1]);
  }
  Channel(const Channel&) = delete;

  int fd() const { return fds_[1]; }
  void close_reader() {
    if (fds_[0] >= 0) ::close(fds_[0]);
    fds_[0] = -1;
  }

  std::string take() const {
    std::string text;
    std::array<char, 65536> buffer;
    pollfd entry{fds_[0], POLLIN, 0};
    while (::poll(&entry, 1, 0) == 1 && (entry.revents & POLLIN) != 0) {
      const ssize_t count = ::read(fds_[0], buffer.data(), buffer.size());
      if (count <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
  }

  Lines lines() const {
    Lines result;
    const std::string text = take();
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      EXPECT_NE(end, std::string::npos) << "a line without its end";
      if (end == std::string::npos) break;
      result.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return result;
  }

 private:
  std::array<int, 2> fds_;
};

// The whole lines of what has come; `rest` keeps the beginning of the next one.
inline Lines lines_of(const std::string& bytes, std::string& rest) {
  Lines lines;
  rest += bytes;
  for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
    lines.push_back(rest.substr(0, end));
    rest.erase(0, end + 1);
  }
  return lines;
}

struct Bench {
  explicit Bench(const LogSettings& settings = as_json) : log(settings, secrets, channel.fd()) {}

  Lines lines() const {
    EXPECT_TRUE(log.flush(20s));
    return channel.lines();
  }
  json::object only() const {
    const Lines lines = this->lines();
    EXPECT_EQ(lines.size(), 1U);
    return lines.empty() ? json::object() : json::parse(lines[0]).as_object();
  }
  std::string only_text() const {
    const Lines lines = this->lines();
    EXPECT_EQ(lines.size(), 1U);
    return lines.empty() ? "" : lines[0];
  }

  Channel channel;
  Secrets secrets;
  Log log;
};

inline std::string string_of(const json::object& line, const char* key) {
  return std::string(line.at(key).as_string());
}

}  // namespace supervisor::log_stand
