#pragma once

#include <functional>
#include <string>
#include <utility>

namespace monitor::probes {

// A folder of /proc that is listed again and again through one descriptor, without the 32 KiB that
// a DIR keeps for it. Owns the descriptor (O_CLOEXEC). Move-only.
class OpenFolder {
 public:
  OpenFolder() = default;
  // Where it cannot be opened it is not open, and errno says why.
  explicit OpenFolder(const std::string& path);
  ~OpenFolder();
  OpenFolder(OpenFolder&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  OpenFolder& operator=(OpenFolder&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  explicit operator bool() const { return fd_ >= 0; }
  int descriptor() const { return fd_; }

  // Calls `each` with the name of each entry, "." and ".." too, from the first on, until it returns
  // false. With none where the folder is not open or its process is gone.
  void list(const std::function<bool(const char*)>& each) const;

 private:
  int fd_ = -1;
};

}  // namespace monitor::probes
