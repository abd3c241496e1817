#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <sys/types.h>

#include "http/snapshot.hpp"
#include "supervisor/child/descriptor.hpp"

namespace supervisor {

// The file in memory into which a child writes its pictures, each in place of the last. Nobody
// waits for anybody: the child writes whether or not the file is read, and what is read while it
// writes is left for the next time.
class PictureFile {
 public:
  static constexpr std::size_t limit = 256 * 1024;  // bytes; a picture that has more is not shown

  // `taken`: numbers that it must not have in the child. Empty: see errno.
  static std::optional<PictureFile> make(const std::vector<int>& taken);

  // Its number, here and in the child.
  int number() const { return file_.get(); }
  // The newest picture, where it is whole and not the one that was given last.
  std::optional<http::Picture> read();

 private:
  explicit PictureFile(Descriptor file) : file_(std::move(file)) {}

  Descriptor file_;
  std::int64_t given_at_ = 0;  // when the one that was given last was written, in nanoseconds
};

}  // namespace supervisor
