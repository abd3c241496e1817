#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace monitor::probes {

// A file of /proc or of a control group that is read again and again through one descriptor. It
// reads as empty once its process or group is gone. Owns the descriptor (O_CLOEXEC). Move-only.
class KernelFile {
 public:
  KernelFile() = default;
  explicit KernelFile(const std::string& path);
  ~KernelFile();
  KernelFile(KernelFile&& other) noexcept;
  KernelFile& operator=(KernelFile&& other) noexcept;

  bool is_open() const { return fd_ >= 0; }
  // As much of the whole file as `buffer` takes; empty when it cannot be read. One read gets a file
  // of /proc up to a page, so larger ones are read on.
  std::string_view read(std::span<char> buffer) const;

 private:
  int fd_ = -1;
};

// The part up to `separator`; takes it and the separator off `text`.
std::string_view next_part(std::string_view& text, char separator);

// The number `text` begins with, after spaces and tabs.
std::optional<std::int64_t> leading_integer(std::string_view text);

// A whole number and nothing else.
template <class T>
std::optional<T> number_in(std::string_view text) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The number behind `key` in lines of `key value`, as in cpu.stat and memory.events.
std::optional<std::int64_t> value_of(std::string_view lines, std::string_view key);

}  // namespace monitor::probes
