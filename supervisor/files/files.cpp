#include "supervisor/files/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "supervisor/child/descriptor.hpp"
#include "supervisor/io/bytes_on_disk.hpp"
#include "supervisor/io/new_file.hpp"

namespace supervisor {

namespace {

constexpr mode_t readable_by_all = 0644;  // FFmpeg may run as another user

std::string trouble(const std::string& path, int error_number) {
  return path + " cannot be written: " + std::generic_category().message(error_number);
}

constexpr std::size_t title_max = 4096;  // more than any title; a file that is longer is another's

// Whether the path is free, or leads to a text as short, and of as few lines, as this one may be.
bool is_replaceable(const std::string& path, std::string_view text) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  std::string found;
  if (!file || !read_all(file.get(), 0, title_max + 1, found)) return true;  // told where it fails
  return found.size() <= title_max &&
         std::ranges::count(found, '\n') <=
             std::max<std::ptrdiff_t>(1, std::ranges::count(text, '\n'));
}

class MachineFiles : public Files {
 public:
  bool is_readable(const std::string& path) const override {
    return ::access(path.c_str(), R_OK) == 0;
  }

  std::string replace(const std::string& path, std::string_view text) const override {
    if (!is_replaceable(path, text)) {
      return path + " holds more than a title; it is left alone, expected a file of its own";
    }
    const NewFile made = make_new_file(path + ".new", text, readable_by_all, false);
    if (!made.file) return trouble(path + ".new", errno);
    if (::rename(made.path.c_str(), path.c_str()) == 0) return {};
    const int reason = errno;
    ::unlink(made.path.c_str());
    return trouble(path, reason);
  }
};

}  // namespace

std::shared_ptr<const Files> machine_files() {
  // Never destroyed: a thread that hung in it may come back while the program ends.
  static const auto& files =
      *new std::shared_ptr<const Files>(std::make_shared<const MachineFiles>());
  return files;
}

}  // namespace supervisor
