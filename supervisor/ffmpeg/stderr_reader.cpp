#include "supervisor/ffmpeg/stderr_reader.hpp"

#include <algorithm>
#include <utility>

#include "monitor/ffmpeg/banner.hpp"

namespace supervisor {

namespace {

// FFmpeg's level decides ours; its chatter stays debug for those who asked for it.
LogLevel our_level(monitor::LogLevel level) {
  switch (level) {
    case monitor::LogLevel::trace:
      return LogLevel::trace;
    case monitor::LogLevel::debug:
    case monitor::LogLevel::verbose:
      return LogLevel::debug;
    case monitor::LogLevel::info:
      return LogLevel::info;
    case monitor::LogLevel::warning:
      return LogLevel::warning;
    case monitor::LogLevel::error:
    case monitor::LogLevel::fatal:
    case monitor::LogLevel::panic:
      return LogLevel::error;
  }
  return LogLevel::info;
}

}  // namespace

StderrReader::StderrReader(Log& log, const Secrets& secrets, std::string stream, std::string output,
                           std::string role, monitor::LogGate& gate, OnSign on_sign)
    : log_(log),
      secrets_(secrets),
      stream_(std::move(stream)),
      output_(std::move(output)),
      role_(std::move(role)),
      on_sign_(std::move(on_sign)),
      gate_(gate) {
}

void StderrReader::feed(std::string_view bytes, monitor::Instant now) {
  splitter_.feed(bytes, [&](std::string_view line) { take_line(line, now); });
}

void StderrReader::end_of_life(monitor::Instant now) {
  splitter_.finish([&](std::string_view line) { take_line(line, now); });
  log(gate_.flush(monitor::never));
}

void StderrReader::flush(monitor::Instant now) {
  log(gate_.flush(now));
}

void StderrReader::take_line(std::string_view line, monitor::Instant now) {
  const auto read = lines_.read(line);
  if (!read) return;
  const monitor::LogLine& parsed = *read;
  if (monitor::is_status_line(parsed)) return signs_.read_status(splitter_.is_behind_return());
  const monitor::LogGate::Passed passed = gate_.on_line(parsed, now);
  log(passed);
  if (passed.pass) {
    log_.write(
        monitor::is_banner_line(parsed) ? LogLevel::debug : our_level(parsed.level), "ffmpeg_log",
        subject(), parsed.text,
        {{"ffmpeg_level", monitor::name(parsed.level)}, {"ffmpeg_component", parsed.component}});
  }
  if (picture_lines_.take(parsed) || !may_search(now)) return signs_.skip();
  if (const auto sign = signs_.read(parsed, splitter_.is_behind_return())) {
    on_sign_(*sign, secrets_.mask(parsed.text));
  }
}

void StderrReader::log(const monitor::LogGate::Passed& passed) {
  if (passed.repeated > 0) {
    log_.write(LogLevel::info, "ffmpeg_log", subject(), "Last line repeated",
               {{"repeated", static_cast<std::int64_t>(passed.repeated)}});
  }
  if (passed.suppressed > 0) {
    log_.write(LogLevel::warning, "ffmpeg_log", subject(), "Lines suppressed: FFmpeg logs too fast",
               {{"suppressed", static_cast<std::int64_t>(passed.suppressed)}});
  }
}

bool StderrReader::may_search(monitor::Instant now) {
  const double elapsed = monitor::seconds(now - searches_refilled_at_);
  searches_left_ = std::min(signs_per_second, searches_left_ + elapsed * signs_per_second);
  searches_refilled_at_ = now;
  if (searches_left_ < 1) return false;
  searches_left_ -= 1;
  return true;
}

}  // namespace supervisor
