#include "supervisor/journal/journal_writer.hpp"

#include <algorithm>
#include <utility>

#include "supervisor/journal/journal_line.hpp"

namespace supervisor {
namespace {

constexpr std::size_t small_bytes = 256 * 1024;      // not worth rewriting
constexpr std::size_t growth = 4;                    // times what it holds
constexpr std::size_t largest_due_bytes = 48 << 20;  // twice the largest text
constexpr std::size_t overdue_bytes = 8 << 20;       // beyond what is due: no waiting for quiet

std::string counted(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

}  // namespace

JournalWriter::JournalWriter(std::string path, std::size_t max_incidents, Report report)
    : max_incidents_(max_incidents),
      report_(std::move(report)),
      file_(std::move(path)),
      memory_(max_incidents) {
}

void JournalWriter::report(const std::string& problem) const {
  report_("journal " + file_.path() + ": " + problem);
}

void JournalWriter::open(monitor::Instant now) {
  last_record_ = now;
  settle(open_file(), now);
  alive_before_ = file_.touched_at();
}

void JournalWriter::keep(const Journal::Change& change, monitor::Instant now) {
  last_record_ = now;
  memory_.note(change);
  const auto [unsaved, is_first] = unsaved_.try_emplace(change.stream, change);
  if (!is_first) merge(unsaved->second, Journal::Change(change), max_incidents_);
  if (!saving_.rests(now)) save(now);
}

void JournalWriter::do_chores(monitor::Instant now) {
  if (saving_.failing() && !saving_.rests(now)) save(now);
  if (!file_.is_open()) return;
  if (now >= next_sign_) give_sign(now);
  if (now - last_record_ < quiet) return;
  if (wants_rewrite() && !rewriting_.rests(now)) try_rewrite(now);
  if (unsynced_) sync(now);
}

std::optional<monitor::Instant> JournalWriter::next_chore() const {
  std::optional<monitor::Instant> next;
  const auto consider = [&](monitor::Instant at) { next = std::min(at, next.value_or(at)); };
  if (saving_.failing()) consider(saving_.due());
  if (!file_.is_open()) return next;
  consider(next_sign_);
  const monitor::Instant quiet_from = last_record_ + quiet;
  if (unsynced_) consider(quiet_from);
  if (wants_rewrite()) {
    consider(rewriting_.failing() ? std::max(rewriting_.due(), quiet_from) : quiet_from);
  }
  return next;
}

void JournalWriter::finish(monitor::Instant now) {
  if (saving_.failing() && !unsaved_.empty()) save(now);
  if (unsynced_ && file_.is_open()) sync(now);
  give_sign(now);
}

void JournalWriter::give_sign(monitor::Instant now) {
  file_.touch();
  next_sign_ = now + sign_interval;
}

void JournalWriter::save(monitor::Instant now) {
  Trouble found = file_.is_in_place() ? std::nullopt : open_file();
  if (!found && is_rewrite_urgent() && !rewriting_.rests(now)) try_rewrite(now);
  if (!found) found = lacks_everything_ ? rewrite() : append_unsaved();
  settle(found, now);
}

void JournalWriter::settle(const Trouble& found, monitor::Instant now) {
  if (!found) {
    saving_.worked();
  } else if (saving_.failed(now)) {
    report(*found + "; until that works again, a restart of this program forgets what is new");
  }
}

// What can be read is of use even where nothing can be written.
Trouble JournalWriter::open_file() {
  Trouble found = file_.open();
  if (file_.is_open()) {
    const Trouble unreadable = load();
    if (!found) found = unreadable;
  }
  if (found) file_.close();
  return found;
}

Trouble JournalWriter::load() {
  std::string text;
  if (const Trouble found = file_.read(text)) return found;
  const std::size_t skipped_bytes = file_.size_bytes() - std::min(file_.size_bytes(), text.size());
  JournalState read(max_incidents_);
  const JournalReading reading = read_journal(text, read);
  if (reading.is_newer()) {
    return "it has format " + std::to_string(*reading.version) + ", expected at most " +
           std::to_string(journal_version) + "; it is not used or changed";
  }
  if (reading.is_no_journal()) {
    return "it is not empty and no journal; it is left alone, expected a journal or a new path";
  }
  lacks_everything_ = !memory_.empty();
  read.lay_over(memory_);
  memory_ = std::move(read);
  judge(reading, skipped_bytes);
  return std::nullopt;
}

void JournalWriter::judge(const JournalReading& reading, std::size_t skipped_bytes) {
  damaged_ = reading.damaged_lines > 0 || reading.unknown > 0 || skipped_bytes > 0;
  outdated_ = reading.is_older();
  rewritten_bytes_ = 0;
  if (reading.torn) file_.cut(skipped_bytes + reading.good_bytes);
  if (reading.unterminated) file_.begin_fresh_line();
  if (saving_.failing()) return;  // reported before
  if (reading.torn) report("its last record is incomplete, as a crash leaves it; it is left out");
  if (!damaged_) return;
  std::string problem;
  if (skipped_bytes > 0) problem = "it is too large and was not read from its beginning, ";
  if (reading.unknown > 0) {
    problem += counted(reading.unknown, "incident", "incidents") + " of an unknown cause, ";
  }
  report(problem + counted(reading.damaged_lines, "corrupt line", "corrupt lines") +
         "; the rest is used, the file as it was is put aside as " + file_.path() +
         ".corrupt, or with a number behind it");
}

Trouble JournalWriter::append_unsaved() {
  if (unsaved_.empty()) return std::nullopt;
  if (file_.size_bytes() == 0) {
    if (const Trouble found = file_.append(header_line() + '\n')) return found;
  }
  unsynced_ = true;
  for (const auto& [stream, change] : unsaved_) {
    for (const std::string& line : lines_of({change})) {
      if (const Trouble found = file_.append(line + '\n')) return found;
    }
  }
  unsaved_.clear();
  return std::nullopt;
}

Trouble JournalWriter::rewrite() {
  if (damaged_) {
    if (const Trouble found = file_.copy_aside()) return found;
    damaged_ = false;
  }
  const std::string text = memory_.text();
  if (const Trouble found = file_.replace(text)) return found;
  rewritten_bytes_ = text.size();
  unsaved_.clear();
  lacks_everything_ = outdated_ = unsynced_ = false;
  return std::nullopt;
}

void JournalWriter::try_rewrite(monitor::Instant now) {
  const Trouble found = rewrite();
  if (!found) {
    rewriting_.worked();
    saving_.worked();
  } else if (rewriting_.failed(now)) {
    report(*found + "; until that works again, it grows");
  }
}

void JournalWriter::sync(monitor::Instant now) {
  unsynced_ = false;
  const Trouble found = file_.sync();
  if (!found) return;
  lacks_everything_ = true;  // what was written since the last time may be lost
  if (saving_.failed(now)) report(*found);
}

bool JournalWriter::wants_rewrite() const {
  return damaged_ || outdated_ || file_.size_bytes() > due_size_bytes();
}

// What is put aside must not hold what came later; and nothing grows without bound.
bool JournalWriter::is_rewrite_urgent() const {
  return damaged_ || file_.size_bytes() > due_size_bytes() + overdue_bytes;
}

std::size_t JournalWriter::due_size_bytes() const {
  return std::min(small_bytes + growth * rewritten_bytes_, largest_due_bytes);
}

}  // namespace supervisor
