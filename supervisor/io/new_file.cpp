#include "supervisor/io/new_file.hpp"

#include <cerrno>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "supervisor/io/bytes_on_disk.hpp"

namespace supervisor {
namespace {

constexpr int names_max = 8;
constexpr int flags = O_RDWR | O_APPEND | O_CLOEXEC;

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

std::string numbered(const std::string& path, int number) {
  return number == 0 ? path : path + '.' + std::to_string(number);
}

bool fill(const Descriptor& file, std::string_view content, bool to_disk) {
  return write_all(file.get(), content) && (!to_disk || ::fsync(file.get()) == 0);
}

// `make(name)` for one name after the other, until one of them was free.
template <class Make>
std::string first_free_name(const std::string& path, Make make) {
  for (int number = 0; number < names_max; ++number) {
    const std::string name = numbered(path, number);
    if (make(name)) return name;
    if (errno != EEXIST) break;
  }
  return {};
}

// Without a name until it is whole. Not every file system can do that.
NewFile make_nameless_first(const std::string& path, std::string_view content, mode_t mode,
                            bool to_disk) {
  Descriptor file(::open(folder_of(path).c_str(), flags | O_TMPFILE, mode));
  if (!file || !fill(file, content, to_disk)) return {};
  // Of this thread: it may have a table of descriptors of its own (monitor/probes/own_descriptors).
  const std::string source = "/proc/thread-self/fd/" + std::to_string(file.get());
  const std::string name = first_free_name(path, [&](const std::string& free) {
    return ::linkat(AT_FDCWD, source.c_str(), AT_FDCWD, free.c_str(), AT_SYMLINK_FOLLOW) == 0;
  });
  if (name.empty()) return {};
  return {std::move(file), name};
}

NewFile make_with_name(const std::string& path, std::string_view content, mode_t mode,
                       bool to_disk) {
  Descriptor file;
  const std::string name = first_free_name(path, [&](const std::string& free) {
    file = Descriptor(::open(free.c_str(), flags | O_CREAT | O_EXCL, mode));
    return static_cast<bool>(file);
  });
  if (name.empty()) return {};
  if (fill(file, content, to_disk)) return {std::move(file), name};
  const int reason = errno;
  ::unlink(name.c_str());
  errno = reason;
  return {};
}

}  // namespace

NewFile make_new_file(const std::string& path, std::string_view content, mode_t mode,
                      bool to_disk) {
  NewFile made = make_nameless_first(path, content, mode, to_disk);
  return made.file ? std::move(made) : make_with_name(path, content, mode, to_disk);
}

}  // namespace supervisor
