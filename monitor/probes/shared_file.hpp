#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "monitor/probes/kernel_file.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// A file of the machine or of a control group, the same for many streams: opened once for all of
// them, when first asked for, and read once for those that ask at about the same time. Closed with
// the last that holds it. For one thread.
class SharedFile {
 public:
  static std::shared_ptr<SharedFile> of(const std::string& path);

  explicit SharedFile(std::string path) : path_(std::move(path)) {}
  bool exists();
  // At most its first 8 KiB, as they were at most `age` before `now`; empty when it cannot be read.
  std::string_view text(Instant now, Duration age);

 private:
  void read();

  std::string path_;
  KernelFile file_;
  std::string text_;
  Instant read_at_ = Instant::min();
};

}  // namespace monitor::probes
