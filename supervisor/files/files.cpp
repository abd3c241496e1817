#include "supervisor/files/files.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "supervisor/child/descriptor.hpp"
#include "supervisor/io/bytes_on_disk.hpp"

namespace supervisor {

namespace {

constexpr mode_t readable_by_all = 0644;  // FFmpeg may run as another user

std::string trouble(const std::string& path, int error_number) {
  return path + " cannot be written: " + std::generic_category().message(error_number);
}

class MachineFiles : public Files {
 public:
  bool is_readable(const std::string& path) const override {
    return ::access(path.c_str(), R_OK) == 0;
  }

  std::string replace(const std::string& path, std::string_view text) const override {
    const std::string temporary = path + ".new";
    const Descriptor file(::open(temporary.c_str(),
                                 O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                                 readable_by_all));
    if (!file) return trouble(temporary, errno);
    if (!write_all(file.get(), text)) return trouble(temporary, errno);
    if (::rename(temporary.c_str(), path.c_str()) != 0) return trouble(path, errno);
    return {};
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
