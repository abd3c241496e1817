#include "supervisor/journal/journal_file.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervisor/io/bytes_on_disk.hpp"
#include "supervisor/io/new_file.hpp"

namespace supervisor {
namespace {

namespace fs = std::filesystem;

constexpr int max_links = 16;        // symbolic links followed; the kernel allows 40
constexpr int max_openings = 8;      // while others replace the file between open and lock
constexpr mode_t owner_only = 0600;  // incidents quote URLs and host names

Trouble trouble(const std::string& what) {
  return what + ": " + std::generic_category().message(errno);
}

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

bool is_trusted(uid_t owner) {
  return owner == 0 || owner == ::geteuid();
}

// Whether others than its trusted owner can put links and files there.
bool is_open_to_others(const std::string& folder) {
  struct stat status {};
  return ::stat(folder.c_str(), &status) == 0 &&
         (!is_trusted(status.st_uid) || (status.st_mode & S_IWOTH) != 0);
}

// A rename replaces a symbolic link, not what it leads to. A link that others may have put there is
// not followed.
Trouble follow(const std::string& path, std::string& target) {
  fs::path result = path;
  std::error_code error;
  for (int i = 0; i < max_links && fs::is_symlink(result, error); ++i) {
    const std::string folder = folder_of(result.string());
    if (is_open_to_others(folder))
      return "it is a symbolic link in " + folder +
             ", where others can put one; expected a regular file, or a folder of this program's "
             "own";
    result = result.parent_path() / fs::read_symlink(result, error);
  }
  target = result.string();
  return std::nullopt;
}

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

recovery::WallTime time_of(const timespec& time) {
  const auto since_1970 =
      std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  return recovery::WallTime(std::chrono::duration_cast<recovery::WallTime::duration>(since_1970));
}

bool is_same(const struct stat& left, const struct stat& right) {
  return left.st_ino == right.st_ino && left.st_dev == right.st_dev;
}

// What others have put there, under this name or as a second name of a file of ours.
bool is_foreign(const struct stat& file, const std::string& folder) {
  return is_open_to_others(folder) && (!is_trusted(file.st_uid) || file.st_nlink > 1);
}

// Else a crash of the machine may undo the renaming. Some file systems cannot do it.
void sync_folder_of(const std::string& path) {
  const Descriptor folder(
      ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK));
  if (folder) ::fsync(folder.get());
}

}  // namespace

Trouble JournalFile::open() {
  close();
  fresh_line_ = false;
  if (Trouble found = follow(path_, target_)) return found;
  for (int i = 0; i < max_openings; ++i) {
    const Trouble found = open_once();
    if (found || is_in_place()) return found;
  }
  close();
  return "other processes keep replacing it";
}

Trouble JournalFile::open_once() {
  // Asked before it is opened: opening alone sets some devices going.
  struct stat status {};
  if (::stat(target_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    return std::string("it is ") + kind_of(status.st_mode) + ", expected a regular file";
  }
  constexpr int flags = O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW;
  file_ = Descriptor(::open(target_.c_str(), O_RDWR | O_APPEND | O_CREAT | flags, owner_only));
  Trouble found;
  if (!file_) {
    found = trouble("it cannot be opened");
    file_ = Descriptor(::open(target_.c_str(), O_RDONLY | flags));
    if (!file_) return found;
  }
  if (const Trouble locked = lock()) {
    close();
    return locked;
  }
  if (::fstat(file_.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    close();
    return "it is no regular file";
  }
  if (is_foreign(status, folder_of(target_))) {
    close();
    return "it belongs to another user, or has a second name, in a folder where others can write";
  }
  size_bytes_ = static_cast<std::size_t>(status.st_size);
  touched_at_ = size_bytes_ > 0 ? std::optional(time_of(status.st_mtim)) : std::nullopt;
  return found;
}

// Where a file system has no locks, a journal without one is better than none.
Trouble JournalFile::lock() const {
  if (::flock(file_.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return std::nullopt;
  return "another process has it open";
}

bool JournalFile::is_in_place() const {
  struct stat here {};
  struct stat there {};
  return file_ && ::fstat(file_.get(), &here) == 0 && ::stat(target_.c_str(), &there) == 0 &&
         is_same(here, there);
}

// Where it fails, a later life takes this one to have ended earlier.
void JournalFile::touch() const {
  if (file_) ::futimens(file_.get(), nullptr);
}

Trouble JournalFile::read(std::string& text) const {
  const std::size_t from = size_bytes_ - std::min(size_bytes_, max_bytes);
  if (read_all(file_.get(), from, size_bytes_ - from, text)) return std::nullopt;
  return trouble("it cannot be read");
}

Trouble JournalFile::append(std::string_view line) {
  std::string record(fresh_line_ ? "\n" : "");
  record += line;
  if (size_bytes_ + record.size() > max_bytes) {
    return "it has grown to " + std::to_string(max_bytes >> 20) + " MiB";
  }
  if (!write_all(file_.get(), record)) {
    const Trouble found = trouble("it cannot be written");
    cut(size_bytes_);
    return found;
  }
  size_bytes_ += record.size();
  fresh_line_ = false;
  return std::nullopt;
}

void JournalFile::cut(std::size_t size_bytes) {
  if (::ftruncate(file_.get(), static_cast<off_t>(size_bytes)) == 0) {
    size_bytes_ = size_bytes;
    return;
  }
  fresh_line_ = true;
  struct stat status {};
  if (::fstat(file_.get(), &status) == 0) size_bytes_ = static_cast<std::size_t>(status.st_size);
}

Trouble JournalFile::replace(std::string_view content) {
  Trouble found = replace_by_rename(content);
  // No file can be made in its folder, or it is mounted by itself (EBUSY), as into a container.
  if (found && !replace_within(content)) found.reset();
  return found;
}

Trouble JournalFile::replace_by_rename(std::string_view content) {
  auto [file, name] = make_new_file(target_ + ".new", content, owner_only, true);
  if (!file) return trouble("it cannot be written anew");
  // Locked before it has the name: there is no moment at which another could have it.
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::unlink(name.c_str());
    return "another process has it open";
  }
  if (::rename(name.c_str(), target_.c_str()) != 0) {
    const Trouble found = trouble("it cannot be replaced");
    ::unlink(name.c_str());
    return found;
  }
  file_ = std::move(file);
  size_bytes_ = content.size();
  fresh_line_ = false;
  sync_folder_of(target_);
  return std::nullopt;
}

// First behind what is there, then, once that is on the disk, over it: as the last record of a kind
// counts, a crash at any moment leaves a journal with the same content.
Trouble JournalFile::replace_within(std::string_view content) {
  const std::size_t before = size_bytes_;
  const std::size_t padding = std::max(content.size(), before) - before;
  if (before + padding + content.size() > 2 * max_bytes) return "it is too large to be rewritten";
  if (!write_all(file_.get(), '\n' + std::string(padding, '\n')) ||
      !write_all(file_.get(), content) || ::fdatasync(file_.get()) != 0) {
    const Trouble found = trouble("it cannot be written anew");
    cut(before);
    return found;
  }
  size_bytes_ = before + 1 + padding + content.size();
  fresh_line_ = false;
  if (!overwrite(content)) return trouble("it cannot be overwritten");
  cut(content.size());
  return std::nullopt;
}

bool JournalFile::overwrite(std::string_view content) {
  const int fd = file_.get();
  // pwrite appends all the same while O_APPEND is set.
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fcntl(fd, F_SETFL, flags & ~O_APPEND) != 0) return false;
  const bool written = write_all_at(fd, content, 0) && ::fdatasync(fd) == 0;
  ::fcntl(fd, F_SETFL, flags);
  return written;
}

Trouble JournalFile::sync() const {
  if (::fdatasync(file_.get()) == 0) return std::nullopt;
  return trouble("it cannot be written to the disk");
}

Trouble JournalFile::copy_aside() const {
  const std::string aside = target_ + ".corrupt";
  std::string text;
  if (const Trouble found = read(text)) return found;
  if (make_new_file(aside, text, owner_only, true).file) return std::nullopt;
  return trouble(aside + " cannot be written");
}

}  // namespace supervisor
