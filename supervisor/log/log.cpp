#include "supervisor/log/log.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <shared_mutex>
#include <string>

#include <spdlog/formatter.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include "monitor/text/rfc3339.hpp"
#include "supervisor/log/colours.hpp"
#include "supervisor/log/log_line.hpp"
#include "supervisor/log/log_sink.hpp"

namespace supervisor {

namespace {

using spdlog::details::log_msg;
using std::string_view;

// Of a line: what stands in front of the body (time, level, colour) and its end.
constexpr std::size_t frame_bytes = 96;
constexpr std::size_t longest_body = longest_line - frame_bytes;

constexpr std::array level_names{"trace", "debug", "info", "warning", "error"};
constexpr std::array level_columns{"TRACE", "DEBUG", "INFO ", "WARN ", "ERROR"};
constexpr std::array level_colors{"\x1b[2m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[31m"};

std::size_t index_of(spdlog::level::level_enum level) {
  return std::min(static_cast<std::size_t>(level), level_names.size() - 1);
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  static_assert(static_cast<int>(LogLevel::error) == SPDLOG_LEVEL_ERROR);
  return static_cast<spdlog::level::level_enum>(level);
}

void append(spdlog::memory_buf_t& out, string_view text) {
  out.append(text.data(), text.data() + text.size());
}

// {"ts":…,"level":…, : what stands before a JSON body.
std::string json_head(spdlog::log_clock::time_point time, spdlog::level::level_enum level) {
  std::string head = "{\"ts\":\"";
  head.append(monitor::rfc3339(time)).append("\",\"level\":\"");
  head.append(level_names[index_of(level)]).append("\",");
  return head;
}

class JsonFrame : public spdlog::formatter {
 public:
  void format(const log_msg& message, spdlog::memory_buf_t& out) override {
    append(out, json_head(message.time, message.level));
    append(out, {message.payload.data(), message.payload.size()});
    append(out, "\n");
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFrame>();
  }
};

// 2026-11-23 19:00:00.123 INFO  and the body. UTC, as in JSON, so that the two compare.
class TextFrame : public spdlog::formatter {
 public:
  explicit TextFrame(bool color) : color_(color) {}

  void format(const log_msg& message, spdlog::memory_buf_t& out) override {
    std::string time = monitor::rfc3339(message.time);
    std::ranges::replace_if(
        time, [](char c) { return c == 'T' || c == 'Z'; }, ' ');
    append(out, time);
    if (color_) append(out, level_colors[index_of(message.level)]);
    append(out, level_columns[index_of(message.level)]);
    if (color_) append(out, "\x1b[0m");
    append(out, " ");
    append(out, {message.payload.data(), message.payload.size()});
    append(out, "\n");
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<TextFrame>(color_);
  }

 private:
  bool color_;
};

std::string body_of(bool json, const LogEntry& entry, const Secrets& secrets) {
  return json ? json_body(entry, secrets, longest_body) : text_body(entry, secrets, longest_body);
}

class Sink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  Sink(int fd, bool json) : out_(fd), json_(json) {}
  void hold() { out_.hold(); }
  void release() { out_.release(); }
  bool drain(std::chrono::milliseconds limit) const { return out_.flush(limit); }
  // While no other thread writes.
  void set_json(bool json) { json_ = json; }

 private:
  void sink_it_(const log_msg& message) override {
    if (const std::uint64_t dropped = out_.take_dropped()) report_dropped(dropped, message);
    out_.write(formatted(message));
  }

  void report_dropped(std::uint64_t dropped, const log_msg& next) {
    const auto count = static_cast<std::int64_t>(dropped);
    const std::string text = std::to_string(count) + " log lines dropped: stderr was full";
    const LogEntry entry{"log_lines_dropped", {}, text, {{"count", count}}};
    const std::string body = body_of(json_, entry, Secrets());
    const log_msg notice(next.time, {}, next.logger_name, spdlog::level::warn, body);
    out_.write(formatted(notice), dropped);
  }

  std::string formatted(const log_msg& message) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    return {line.data(), line.size()};
  }

  void flush_() override {}

  LogSink out_;
  bool json_;
};

bool is_json(LogFormat format, bool is_terminal) {
  return format == LogFormat::automatic ? !is_terminal : format == LogFormat::json;
}

std::unique_ptr<spdlog::formatter> make_frame(bool json, bool is_terminal) {
  if (json) return std::make_unique<JsonFrame>();
  return std::make_unique<TextFrame>(wants_colours(is_terminal));
}

}  // namespace

struct Log::State {
  State(const LogSettings& settings, const Secrets& the_secrets, int the_fd,
        http::LogLines* who_follow)
      : is_terminal(::isatty(the_fd) == 1),
        followers(who_follow),
        sink(std::make_shared<Sink>(the_fd, is_json(settings.format, is_terminal))),
        logger("ffsupervisor", sink) {
    set(settings, the_secrets);
    // The default handler prints to stderr and may wait for it.
    logger.set_error_handler([](const std::string&) {});
  }

  void set(const LogSettings& settings, const Secrets& the_secrets) {
    secrets = the_secrets;
    json = is_json(settings.format, is_terminal);
    sink->set_json(json);
    logger.set_formatter(make_frame(json, is_terminal));
    logger.set_level(to_spdlog(settings.level));
  }

  const bool is_terminal;  // asked once: it may be on a file system that hangs later
  http::LogLines* const followers;
  std::shared_mutex mutex;  // shared by those who write, alone for who changes anything below
  Secrets secrets;
  bool json = false;
  std::shared_ptr<Sink> sink;
  spdlog::logger logger;
};

Log::Log(const LogSettings& settings, const Secrets& secrets, int fd, http::LogLines* followers)
    : state_(std::make_unique<State>(settings, secrets, fd, followers)) {
}

Log::~Log() = default;

void Log::reconfigure(const LogSettings& settings, const Secrets& secrets) {
  const std::unique_lock lock(state_->mutex);
  state_->set(settings, secrets);
}

bool Log::flush(std::chrono::milliseconds limit) const {
  return state_->sink->drain(limit);
}

void Log::hold() {
  state_->sink->hold();
}

void Log::release() {
  state_->sink->release();
}

bool Log::enabled(LogLevel level) const {
  return state_->logger.should_log(to_spdlog(level));
}

void Log::write(LogLevel level, std::string_view event, const LogSubject& subject,
                std::string_view msg, std::initializer_list<Field> fields) {
  if (!enabled(level)) return;
  const std::shared_lock lock(state_->mutex);
  try {
    const LogEntry entry{event, subject, msg, fields};
    const auto time = spdlog::log_clock::now();
    const std::string body = body_of(state_->json, entry, state_->secrets);
    state_->logger.log(time, {}, to_spdlog(level), body);
    if (state_->followers == nullptr) return;
    const std::string head = json_head(time, to_spdlog(level));
    state_->followers->add(head + (state_->json ? body : body_of(true, entry, state_->secrets)));
  } catch (const std::exception&) {
    // Out of memory: a log line is not worth the stream.
  }
}

}  // namespace supervisor
