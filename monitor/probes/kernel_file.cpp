#include "monitor/probes/kernel_file.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace monitor::probes {
namespace {

// The kernel ends a read where the next line would not fit into its page of 4096 bytes, so only a
// read that leaves much of the page has surely met the end: no line of these files is so long.
constexpr std::size_t least_full = 2048;

}  // namespace

KernelFile::KernelFile(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
}

KernelFile::~KernelFile() {
  if (fd_ >= 0) ::close(fd_);
}

KernelFile::KernelFile(KernelFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {
}

KernelFile& KernelFile::operator=(KernelFile&& other) noexcept {
  KernelFile taken(std::move(other));
  std::swap(fd_, taken.fd_);
  return *this;
}

std::string_view KernelFile::read(std::span<char> buffer) const {
  std::size_t filled = 0;
  while (fd_ >= 0 && filled < buffer.size()) {
    const ssize_t got =
        ::pread(fd_, buffer.data() + filled, buffer.size() - filled, static_cast<off_t>(filled));
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
    if (static_cast<std::size_t>(got) < least_full) break;
  }
  return {buffer.data(), filled};
}

std::string_view next_part(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::optional<std::int64_t> leading_integer(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

std::optional<std::int64_t> value_of(std::string_view lines, std::string_view key) {
  while (!lines.empty()) {
    std::string_view line = next_part(lines, '\n');
    if (next_part(line, ' ') == key) return leading_integer(line);
  }
  return {};
}

}  // namespace monitor::probes
