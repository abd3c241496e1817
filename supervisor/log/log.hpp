#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "http/log_lines.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

// A field of an event: its name and its value. Without a name it is left out.
using FieldValue = std::variant<std::string_view, std::int64_t, double, bool>;
struct Field {
  std::string_view name;
  FieldValue value;
};

// What a line is about. Without a stream, of the program; an output where FFmpeg is one that
// publishes it.
struct LogSubject {
  LogSubject() = default;
  LogSubject(std::string_view of) : stream(of) {}
  LogSubject(const std::string& of) : stream(of) {}
  LogSubject(const char* of) : stream(of) {}
  LogSubject(std::string_view of, std::string_view which, std::string_view what = {})
      : stream(of), output(which), role(what) {}

  // `role`: of a child that is not the stream's encoder.
  std::string_view stream, output, role;
};

// The program's own log on stderr, one line an event: JSON (`ts`, `level`, `event`, `stream`,
// `output`, `role`, `msg`, then the fields) or text. Every string passes the mask. Thread-safe.
// Never waits for the reader and never throws: lines are written by a thread of their own; when it
// cannot write and its queue is full, lines are dropped, and their number is logged when lines are
// taken again. (The supervising loop logs from its own thread, and a reader that hangs must not
// stop a restart.)
class Log {
 public:
  // `fd`: where to write, 2 outside tests. The secrets are copied. `followers`, where there are
  // any, get each line too, as JSON; they outlive the log.
  Log(const LogSettings& settings, const Secrets& secrets, int fd = 2,
      http::LogLines* followers = nullptr);
  // Writes what is queued, for at most 500 ms.
  ~Log();
  // Other settings and other secrets, for whatever is written from now on.
  void reconfigure(const LogSettings& settings, const Secrets& secrets);

  // Waits, at most that long, until all that was logged before is written. False: it is not.
  bool flush(std::chrono::milliseconds limit) const;

  // Between the two, lines are queued and not written yet, where none has been written before. For
  // the launch of the streams, which comes first.
  void hold();
  void release();

  bool enabled(LogLevel level) const;

  void write(LogLevel level, std::string_view event, const LogSubject& subject,
             std::string_view msg, std::initializer_list<Field> fields = {});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace supervisor
