#include "monitor/probes/process.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "monitor/probes/cpu_allowance.hpp"

namespace monitor::probes {
namespace {

using namespace std::chrono_literals;

constexpr Duration allowance_lasts = 30s;  // a quota is rarely changed

int open_of(pid_t pid, const char* file) {
  const std::string path = "/proc/" + std::to_string(pid) + "/" + file;
  return ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

// A whole file of /proc in one read; empty once the process is gone.
template <std::size_t size>
std::string_view read_whole(int fd, std::array<char, size>& buffer) {
  const ssize_t got = ::pread(fd, buffer.data(), buffer.size(), 0);
  return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

// The `index`th word, counted from 0, as a number; 0 where there is none.
long long number_at(std::string_view text, int index) {
  for (; index > 0; --index) {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return 0;
    text.remove_prefix(space + 1);
  }
  long long value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

struct Stat {
  char state;
  double cpu_seconds;
  int threads;
};

// The command's name stands second, in parentheses, and may itself hold spaces and parentheses: the
// fields are counted from the last one. See proc(5): state is field 3, utime 14, stime 15,
// num_threads 20.
std::optional<Stat> parse_stat(std::string_view text) {
  const std::size_t end_of_name = text.rfind(')');
  if (end_of_name == std::string_view::npos || end_of_name + 2 >= text.size()) return std::nullopt;
  const std::string_view fields = text.substr(end_of_name + 2);
  static const double ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const long long ticks = number_at(fields, 14 - 3) + number_at(fields, 15 - 3);
  return Stat{fields.front(), static_cast<double>(ticks) / ticks_per_second,
              static_cast<int>(number_at(fields, 20 - 3))};
}

}  // namespace

ProcessProbe::ProcessProbe(pid_t pid)
    : pid_(pid), stat_fd_(open_of(pid, "stat")), statm_fd_(open_of(pid, "statm")) {
}

ProcessProbe::~ProcessProbe() {
  close();
}

ProcessProbe::ProcessProbe(ProcessProbe&& other) noexcept
    : pid_(other.pid_),
      stat_fd_(std::exchange(other.stat_fd_, -1)),
      statm_fd_(std::exchange(other.statm_fd_, -1)),
      cpu_seconds_(other.cpu_seconds_),
      read_at_(other.read_at_),
      cpus_allowed_(other.cpus_allowed_),
      allowance_read_at_(other.allowance_read_at_) {
}

ProcessProbe& ProcessProbe::operator=(ProcessProbe&& other) noexcept {
  if (this == &other) return *this;
  close();
  pid_ = other.pid_;
  stat_fd_ = std::exchange(other.stat_fd_, -1);
  statm_fd_ = std::exchange(other.statm_fd_, -1);
  cpu_seconds_ = other.cpu_seconds_;
  read_at_ = other.read_at_;
  cpus_allowed_ = other.cpus_allowed_;
  allowance_read_at_ = other.allowance_read_at_;
  return *this;
}

void ProcessProbe::close() {
  if (stat_fd_ >= 0) ::close(stat_fd_);
  if (statm_fd_ >= 0) ::close(statm_fd_);
}

std::optional<ProcessSample> ProcessProbe::read(Instant now) {
  std::array<char, 1024> buffer;  // stat has 52 numbers; about 350 bytes
  const auto stat = parse_stat(read_whole(stat_fd_, buffer));
  if (!stat) return std::nullopt;
  static const long long page_bytes = ::sysconf(_SC_PAGESIZE);

  ProcessSample sample;
  sample.state = stat->state;
  sample.cpu_percent = cpu_percent_since(stat->cpu_seconds, now);
  sample.cpus_allowed = allowance(now);
  sample.rss_bytes = number_at(read_whole(statm_fd_, buffer), 1) * page_bytes;
  sample.threads = stat->threads;
  return sample;
}

double ProcessProbe::cpu_percent_since(double cpu_seconds, Instant now) {
  const double elapsed = seconds(now - read_at_);
  const double before = cpu_seconds_.value_or(cpu_seconds);
  cpu_seconds_ = cpu_seconds;
  read_at_ = now;
  return elapsed > 0 ? std::max(0.0, (cpu_seconds - before) / elapsed * 100) : 0;
}

double ProcessProbe::allowance(Instant now) {
  if (!cpus_allowed_ || now - allowance_read_at_ >= allowance_lasts) {
    cpus_allowed_ = cpus_allowed(pid_);
    allowance_read_at_ = now;
  }
  return *cpus_allowed_;
}

}  // namespace monitor::probes
