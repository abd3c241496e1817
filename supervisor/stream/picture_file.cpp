#include "supervisor/stream/picture_file.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "monitor/jpeg.hpp"
#include "supervisor/child/memory_file.hpp"

namespace supervisor {

namespace {

constexpr int lowest_descriptor = 20;  // behind the numbers that commands name

struct Written {
  std::int64_t at = 0;  // nanoseconds
  off_t size = 0;
  bool operator==(const Written&) const = default;
};

Written last_written(int file) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return {};
  constexpr std::int64_t second = 1'000'000'000;
  return {status.st_mtim.tv_sec * second + status.st_mtim.tv_nsec, status.st_size};
}

recovery::WallTime wall_time(std::int64_t nanoseconds) {
  return recovery::WallTime(std::chrono::duration_cast<recovery::WallTime::duration>(
      std::chrono::nanoseconds(nanoseconds)));
}

}  // namespace

std::optional<PictureFile> PictureFile::make(const std::vector<int>& taken) {
  const Descriptor file = memory_file("picture", {});
  if (!file) return {};
  for (int lowest = lowest_descriptor;;) {
    Descriptor number(::fcntl(file.get(), F_DUPFD_CLOEXEC, lowest));
    if (!number) return {};
    if (std::ranges::find(taken, number.get()) == taken.end())
      return PictureFile(std::move(number));
    lowest = number.get() + 1;
  }
}

std::optional<http::Picture> PictureFile::read() {
  const Written before = last_written(number());
  const auto size = static_cast<std::size_t>(before.size);
  if (size == 0 || size > limit || before.at == given_at_) return {};
  auto bytes = std::make_shared<std::string>(size, '\0');
  const ssize_t count = ::pread(number(), bytes->data(), size, 0);
  if (count != before.size || last_written(number()) != before) return {};
  if (!monitor::is_whole_jpeg(*bytes)) return {};
  given_at_ = before.at;
  return http::Picture{std::move(bytes), wall_time(before.at)};
}

}  // namespace supervisor
