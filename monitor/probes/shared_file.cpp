#include "monitor/probes/shared_file.hpp"

#include <array>
#include <cstddef>
#include <map>

namespace monitor::probes {
namespace {

constexpr std::size_t text_bytes = 8192;  // memory.stat of v2 is 1.5 KB, /proc/vmstat 4 KB

// Those of which somebody holds one; as many as the control groups of the children have files.
std::map<std::string, std::weak_ptr<SharedFile>>& shared_files() {
  static std::map<std::string, std::weak_ptr<SharedFile>> files;
  return files;
}

}  // namespace

std::shared_ptr<SharedFile> SharedFile::of(const std::string& path) {
  auto& files = shared_files();
  if (const auto known = files.find(path); known != files.end()) {
    if (auto file = known->second.lock()) return file;
  }
  std::erase_if(files, [](const auto& each) { return each.second.expired(); });
  auto file = std::make_shared<SharedFile>(path);
  files[path] = file;
  return file;
}

bool SharedFile::exists() {
  if (!file_.is_open()) file_ = KernelFile(path_);
  return file_.is_open();
}

std::string_view SharedFile::text(Instant now, Duration age) {
  const bool is_new = read_at_ != Instant::min() && now >= read_at_ && now - read_at_ < age;
  if (is_new) return text_;
  read_at_ = now;
  read();
  // Its group may have been removed and made again.
  if (text_.empty()) {
    file_ = KernelFile(path_);
    read();
  }
  return text_;
}

void SharedFile::read() {
  std::array<char, text_bytes> buffer;
  text_ = file_.read(buffer);
}

}  // namespace monitor::probes
