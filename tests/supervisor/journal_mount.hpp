#pragma once

#include <string>
#include <utility>

#include <sys/mount.h>

namespace supervisor {

// A file system of its own, where that is allowed.
class Mount {
 public:
  Mount(std::string at, const char* options)
      : at_(std::move(at)), is_there_(::mount("tmpfs", at_.c_str(), "tmpfs", 0, options) == 0) {}
  ~Mount() {
    if (is_there_) ::umount2(at_.c_str(), MNT_DETACH);
  }
  Mount(const Mount&) = delete;
  bool is_there() const { return is_there_; }
  // `file` of this file system stands at `at` too, as a single file is mounted into a container: it
  // cannot be replaced.
  static bool bind(const std::string& file, const std::string& at) {
    return ::mount(file.c_str(), at.c_str(), "", MS_BIND, nullptr) == 0;
  }
  bool set_read_only(bool on) const {
    return ::mount(nullptr, at_.c_str(), nullptr, MS_REMOUNT | (on ? MS_RDONLY : 0), nullptr) == 0;
  }

 private:
  std::string at_;
  bool is_there_;
};

}  // namespace supervisor
