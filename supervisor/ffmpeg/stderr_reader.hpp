#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "monitor/ffmpeg/line_reader.hpp"
#include "monitor/ffmpeg/log_gate.hpp"
#include "monitor/ffmpeg/picture_lines.hpp"
#include "monitor/ffmpeg/sign_reader.hpp"
#include "monitor/ffmpeg/stderr_log.hpp"
#include "monitor/text/line_splitter.hpp"
#include "monitor/time.hpp"
#include "supervisor/log/log.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

// What one FFmpeg writes to stderr: bytes in, `ffmpeg_log` events and signs out. Memory is bounded
// by one line, work by the gate and by `signs_per_second`, whatever FFmpeg floods it with.
class StderrReader {
 public:
  using OnSign = std::function<void(const monitor::Sign& sign, std::string text)>;

  // `output`: that this FFmpeg publishes, if it does; `role`: as in LogSubject. `gate`: the
  // stream's, so that its limits and counts hold over all its children. All references must outlive
  // it.
  StderrReader(Log& log, const Secrets& secrets, std::string stream, std::string output,
               std::string role, monitor::LogGate& gate, OnSign on_sign);

  // The child is about to be launched: what its command reads and writes.
  // `picture`: the file that a picture goes to beside its outputs; empty: none does.
  void begin_life(const monitor::Endpoints& endpoints, std::string picture = {}) {
    lines_ = {};
    signs_ = monitor::SignReader(endpoints);
    picture_lines_ = monitor::PictureLines(std::move(picture));
  }

  void feed(std::string_view bytes, monitor::Instant now);
  void end_of_life(monitor::Instant now);

  // Folded repeats are logged after a while even if no other line comes.
  monitor::Instant deadline() const { return gate_.deadline(); }
  void flush(monitor::Instant now);

 private:
  void take_line(std::string_view line, monitor::Instant now);
  void log(const monitor::LogGate::Passed& passed);
  bool may_search(monitor::Instant now);

  static constexpr std::size_t line_limit = 4096;  // bytes; a log line is cut there as well
  static constexpr double signs_per_second = 500;  // lines searched; a search costs microseconds

  Log& log_;
  const Secrets& secrets_;
  LogSubject subject() const { return {stream_, output_, role_}; }

  std::string stream_, output_, role_;
  monitor::LineReader lines_;
  monitor::SignReader signs_;
  monitor::PictureLines picture_lines_;
  OnSign on_sign_;
  monitor::LineSplitter splitter_{line_limit};
  monitor::LogGate& gate_;
  double searches_left_ = signs_per_second;
  monitor::Instant searches_refilled_at_{};
};

}  // namespace supervisor
