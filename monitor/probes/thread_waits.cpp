#include "monitor/probes/thread_waits.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace monitor::probes {
namespace {

constexpr std::array<std::string_view, 6> waits{
    "anon_pipe_read",    // a read, as Linux 6.18 shows it
    "fifo_pipe_read",    // … of a FIFO, where the compiler merged the two
    "pipe_read",         // … in older ones
    "pipe_wait",         // … before 5.5, where a write has the same
    "wait_for_partner",  // open of a FIFO that no process has opened for writing; seen on 6.18
    "fifo_open",         // … where the compiler merged the two
};

// The function a thread sleeps in; "0" while it runs.
std::string_view read_wchan(int threads, const char* thread, std::array<char, 64>& buffer) {
  std::array<char, 64> path;
  const std::string_view name = thread;
  const std::string_view file = "/wchan";
  if (name.size() + file.size() >= path.size()) return {};
  *std::copy(file.begin(), file.end(), std::copy(name.begin(), name.end(), path.begin())) = '\0';
  const int fd = ::openat(threads, path.data(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  const ssize_t got = ::read(fd, buffer.data(), buffer.size());
  ::close(fd);
  return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

bool waits_for_pipe(std::string_view wchan) {
  wchan = wchan.substr(0, wchan.find('\n'));
  return std::find(waits.begin(), waits.end(), wchan) != waits.end();
}

}  // namespace

ThreadWaits::ThreadWaits(pid_t pid, const std::string& proc)
    : threads_(::opendir((proc + "/" + std::to_string(pid) + "/task").c_str())),
      io_(proc + "/" + std::to_string(pid) + "/io") {
}

std::optional<WaitSample> ThreadWaits::read() {
  if (!threads_) return std::nullopt;
  ::rewinddir(threads_.get());
  WaitSample sample;
  std::array<char, 64> buffer;
  std::size_t seen = 0;
  while (const dirent* entry = ::readdir(threads_.get())) {
    if (entry->d_name[0] == '.') continue;
    if (seen++ == threads_limit) break;
    const std::string_view wchan = read_wchan(::dirfd(threads_.get()), entry->d_name, buffer);
    sample.reads_pipe = sample.reads_pipe || waits_for_pipe(wchan);
  }
  if (seen == 0) return std::nullopt;
  std::array<char, 256> counters;
  const auto read = value_of(io_.read(counters), "rchar:");
  if (read && *read >= 0) sample.read_bytes = static_cast<std::uint64_t>(*read);
  return sample;
}

}  // namespace monitor::probes
