#include "monitor/probes/process.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include <unistd.h>

#include "monitor/probes/cpu_allowance.hpp"

namespace monitor::probes {
namespace {

using namespace std::chrono_literals;

constexpr Duration allowance_lasts = 30s;  // a quota is rarely changed

std::string path_of(pid_t pid, const char* file) {
  return "/proc/" + std::to_string(pid) + "/" + file;
}

std::optional<std::uint64_t> count_of(std::string_view counters, std::string_view key) {
  const auto value = value_of(counters, key);
  return value && *value >= 0 ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
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
  long long rss_pages;
};

// The command's name stands second, in parentheses, and may itself hold spaces and parentheses: the
// fields are counted from the last one. See proc(5): state is field 3, utime 14, stime 15,
// num_threads 20, rss 24.
std::optional<Stat> parse_stat(std::string_view text) {
  const std::size_t end_of_name = text.rfind(')');
  if (end_of_name == std::string_view::npos || end_of_name + 2 >= text.size()) return std::nullopt;
  const std::string_view fields = text.substr(end_of_name + 2);
  static const double ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  const long long ticks = number_at(fields, 14 - 3) + number_at(fields, 15 - 3);
  return Stat{fields.front(), static_cast<double>(ticks) / ticks_per_second,
              static_cast<int>(number_at(fields, 20 - 3)), number_at(fields, 24 - 3)};
}

}  // namespace

ProcessProbe::ProcessProbe(pid_t pid)
    : pid_(pid), stat_(path_of(pid, "stat")), io_(path_of(pid, "io")) {
}

std::optional<ProcessSample> ProcessProbe::read(Instant now) {
  std::array<char, 1024> buffer;  // stat has 52 numbers; about 350 bytes
  read_bytes_.reset();
  const auto stat = parse_stat(stat_.read(buffer));
  if (!stat) return std::nullopt;
  static const long long page_bytes = ::sysconf(_SC_PAGESIZE);

  ProcessSample sample;
  sample.state = stat->state;
  sample.cpu_percent = cpu_percent_since(stat->cpu_seconds, now);
  sample.cpu_time =
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(stat->cpu_seconds));
  sample.cpus_allowed = allowance(now);
  sample.rss_bytes = stat->rss_pages * page_bytes;
  sample.threads = stat->threads;
  const std::string_view counters = io_.read(buffer);
  sample.written_bytes = count_of(counters, "wchar:");
  read_bytes_ = count_of(counters, "rchar:");
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
