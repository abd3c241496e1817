#pragma once

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "http/clock_reading.hpp"
#include "monitor/text/rfc3339.hpp"
#include "supervisor/journal/journal.hpp"
#include "tests/supervisor/remove_folder.hpp"

namespace supervisor {

using namespace std::chrono_literals;

inline recovery::WallTime wall(std::chrono::milliseconds since_1970) {
  return recovery::WallTime(since_1970);
}

inline std::string read_file(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

inline void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

// A folder of its own for each test, removed with all that is in it.
class JournalFolder {
 public:
  JournalFolder() {
    char name[] = "/tmp/journal_test_XXXXXX";
    path_ = ::mkdtemp(name);
  }
  ~JournalFolder() { test::remove_folder(path_); }
  JournalFolder(const JournalFolder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// What the journal had to complain of.
class JournalProblems {
 public:
  Journal::OnProblem sink() {
    return [this](const std::string& problem) {
      const std::lock_guard lock(mutex_);
      told_.push_back(problem);
    };
  }
  std::vector<std::string> told() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  std::string all() const {
    std::string text;
    for (const std::string& problem : told()) text += problem + '\n';
    return text;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> told_;
};

inline bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds limit = 120s) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

inline recovery::IncidentRecord incident(const std::string& id, bool resolved = true) {
  recovery::IncidentRecord record;
  record.id = id;
  record.off_air = true;
  record.cause = monitor::Cause::sink_lost;
  record.last_good_at = wall(1763925590001ms);
  record.detected_at = wall(1763925600123ms);
  if (resolved) record.resolved_at = wall(1763925660999ms);
  record.evidence = {"FFmpeg logged: “Broken pipe” \\ \"quoted\"\n\t\x01", "0 bytes/s for 10.0 s"};
  record.actions = {"restart_ffmpeg: the sink was lost"};
  record.off_air_seconds = 70.998;
  return record;
}

inline recovery::Alert alert() {
  recovery::Alert alert;
  alert.id = "radio-1763925600123";
  alert.stream = "radio";
  alert.cause = monitor::Cause::sink_lost;
  alert.output = "youtube";
  alert.is_local = true;
  alert.summary = "radio is off air: the encoder crashes";
  alert.evidence = {"signal 11 (SIGSEGV)", "three times in 60 s"};
  alert.tried = {"restart_ffmpeg", "restart_ffmpeg", "escalate_alert"};
  alert.starts_at = wall(1763925600123ms);
  alert.ends_at = wall(1763925700456ms);
  alert.delivered = true;
  return alert;
}

inline recovery::PersistedState full_past() {
  recovery::PersistedState past;
  past.attempts = 3;
  past.source_retries = 17;
  past.stopped_as_asked = false;
  past.launched_at = wall(1763925599999ms);
  past.alert = alert();
  past.escalated = true;
  past.watched_since = wall(1763900000000ms);
  past.unwatched = {{wall(1763920000000ms), wall(1763920046000ms)},
                    {wall(1763910000000ms), wall(1763910000500ms)}};
  past.incidents = {incident("radio-3", false), incident("radio-2"), incident("radio-1")};
  return past;
}

// `attempts` tells the notes apart.
inline Journal::Change change(unsigned attempts, const std::string& stream = "radio") {
  Journal::Change change{stream, {}};
  change.now.attempts = attempts;
  change.now.stopped_as_asked = false;
  return change;
}

// Every field, for comparison.
inline std::string shown(const std::vector<std::string>& texts) {
  std::string text = "[";
  for (const std::string& entry : texts) text += entry + "|";
  return text + "]";
}

inline std::string shown(const std::optional<recovery::WallTime>& time) {
  return time ? monitor::rfc3339(*time) : "-";
}

inline std::string shown(const recovery::IncidentRecord& record) {
  std::ostringstream text;
  text << record.id << ' ' << record.off_air << ' ' << monitor::name(record.cause) << ' '
       << shown(record.last_good_at) << ' ' << shown(record.detected_at) << ' '
       << shown(record.resolved_at) << ' ' << shown(record.evidence) << ' ' << shown(record.actions)
       << ' ' << record.off_air_seconds << '\n';
  return text.str();
}

inline std::string shown(const recovery::Alert& alert) {
  std::ostringstream text;
  text << alert.id << ' ' << alert.stream << ' ' << monitor::name(alert.cause) << ' '
       << alert.output << ' ' << alert.is_local << ' ' << alert.summary << ' '
       << shown(alert.evidence) << ' ' << shown(alert.tried) << ' ' << shown(alert.starts_at) << ' '
       << shown(alert.ends_at) << ' ' << alert.delivered << '\n';
  return text.str();
}

inline std::string shown(const recovery::PersistedState& past) {
  std::ostringstream text;
  text << past.attempts << ' ' << past.source_retries << ' ' << past.stopped_as_asked << ' '
       << shown(past.launched_at) << '\n'
       << "watched " << shown(past.watched_since) << '\n'
       << past.escalated << ' ' << (past.alert ? shown(*past.alert) : "no alert\n");
  for (const auto& span : past.unwatched) {
    text << "unwatched " << shown(std::optional(span.from)) << ' '
         << shown(std::optional(span.until)) << '\n';
  }
  for (const auto& record : past.incidents) text << shown(record);
  return text.str();
}

// What a new life finds at this path.
inline recovery::PersistedState past_at(const std::string& path,
                                        const std::string& stream = "radio") {
  return Journal(path, 1000, {}, {.limit = 120s}).past(stream);
}

// The next life, for the same process: what the last one was writing when it ended may take longer
// than it waited.
inline std::unique_ptr<Journal> next_life(const std::string& path, std::size_t max_incidents) {
  std::unique_ptr<Journal> journal;
  EXPECT_TRUE(eventually([&] {
    const auto in_use = std::make_shared<std::atomic<bool>>(false);
    journal = std::make_unique<Journal>(
        path, max_incidents,
        [=](const std::string& problem) {
          *in_use = *in_use || problem.find("another process has it open") != std::string::npos;
        },
        Journal::Opening{.limit = 120s});
    if (!*in_use) return true;
    journal.reset();
    return false;
  }));
  return journal;
}

}  // namespace supervisor
