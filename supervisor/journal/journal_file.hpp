#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "recovery/wall_time.hpp"
#include "supervisor/child/descriptor.hpp"

namespace supervisor {

// Why something could not be done, for the log. Empty: it was done.
using Trouble = std::optional<std::string>;

// The journal's file on its disk: one process has it at a time, a record is written by one write,
// and what could only be written in part is taken back. Does not parse its content. For one thread,
// and one that has SIGXFSZ blocked or ignored.
class JournalFile {
 public:
  explicit JournalFile(std::string path) : path_(std::move(path)) {}

  // Opens it, makes it where there is none, and locks it. Never waits: what is no regular file is
  // refused, and so is what others may have put there: a link, or a file of theirs, in a folder
  // that they can write to. Where it may be read but not written, it is open for reading in spite
  // of the trouble.
  Trouble open();
  void close() { file_ = {}; }
  bool is_open() const { return static_cast<bool>(file_); }
  // Whether the path still leads to this file.
  bool is_in_place() const;

  // Its last `max_bytes` bytes.
  Trouble read(std::string& text) const;
  // With the `\n` that ends it.
  Trouble append(std::string_view line);
  // Cuts it; where that fails, the next line begins on a fresh one all the same.
  void cut(std::size_t size_bytes);
  // The end of the file is no end of a line.
  void begin_fresh_line() { fresh_line_ = true; }
  // Either the old content or the new one is found after a crash at any moment.
  Trouble replace(std::string_view content);
  // To the disk.
  Trouble sync() const;
  // Copies what it holds to PATH.corrupt, or PATH.corrupt.1 … where there is one already.
  Trouble copy_aside() const;

  // Sets the file's time of modification to now: a sign of life that costs no write of content.
  void touch() const;
  // That time as it was when the file was opened; empty: it was empty, or is not open.
  std::optional<recovery::WallTime> touched_at() const { return touched_at_; }

  std::size_t size_bytes() const { return size_bytes_; }
  const std::string& path() const { return path_; }

  static constexpr std::size_t max_bytes = 64u << 20;

 private:
  Trouble open_once();
  Trouble lock() const;
  Trouble replace_by_rename(std::string_view content);
  Trouble replace_within(std::string_view content);
  bool overwrite(std::string_view content);

  std::string path_;
  std::string target_;  // where the path's symbolic links lead
  Descriptor file_;
  std::size_t size_bytes_ = 0;
  bool fresh_line_ = false;
  std::optional<recovery::WallTime> touched_at_;
};

}  // namespace supervisor
