#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http/family.hpp"
#include "http/metrics.hpp"

namespace http {
namespace {

constexpr auto counter = prometheus::MetricType::Counter;
constexpr auto gauge = prometheus::MetricType::Gauge;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Memory {
  double virtual_bytes = 0;
  double resident_bytes = 0;
};
Memory memory() {
  std::ifstream statm("/proc/self/statm");  // in pages
  Memory result;
  statm >> result.virtual_bytes >> result.resident_bytes;
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  return {result.virtual_bytes * page, result.resident_bytes * page};
}

double open_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(opendir("/proc/self/fd"), closedir);
  if (!folder) return 0;
  double count = -1;  // the folder's own
  while (const dirent* entry = readdir(folder.get())) count += entry->d_name[0] != '.' ? 1 : 0;
  return count;
}

double descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

// Field 22 of /proc/self/stat is the start in ticks since boot; the clock that counts from boot
// gives the moment of boot in wall time.
double start_time_seconds() {
  std::ifstream stat("/proc/self/stat");
  std::string text;
  std::getline(stat, text);
  std::istringstream fields(text.substr(text.rfind(')') + 1));  // the name may hold blanks
  std::string skipped;
  for (int field = 3; field < 22; ++field) fields >> skipped;
  double ticks = 0;
  fields >> ticks;
  timespec since_boot{};
  clock_gettime(CLOCK_BOOTTIME, &since_boot);
  const double up =
      static_cast<double>(since_boot.tv_sec) + 1e-9 * static_cast<double>(since_boot.tv_nsec);
  const double now = unix_seconds(std::chrono::system_clock::now());
  return now - up + ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

prometheus::MetricFamily one(const FamilyInfo& info, double value, const Labels& labels = {}) {
  prometheus::MetricFamily family = make_family(info);
  add(family, labels, value);
  return family;
}

}  // namespace

std::vector<prometheus::MetricFamily> own_families() {
  static const double started_at = start_time_seconds();
  const Memory used = memory();
  return {
      one({"radio_supervisor_build_info", gauge, "1, with what this supervisor is as labels."}, 1,
          {{"version", FFSUPERVISOR_VERSION}, {"compiler", "g++ " __VERSION__}}),
      one({"process_cpu_seconds_total", counter, "User and system CPU time of the supervisor."},
          cpu_seconds()),
      one({"process_resident_memory_bytes", gauge, "Resident set of the supervisor."},
          used.resident_bytes),
      one({"process_virtual_memory_bytes", gauge, "Virtual memory of the supervisor."},
          used.virtual_bytes),
      one({"process_open_fds", gauge, "Descriptors the supervisor has open."}, open_descriptors()),
      one({"process_max_fds", gauge, "Descriptors the supervisor may have open."},
          descriptor_limit()),
      one({"process_start_time_seconds", gauge, "Unix time of the supervisor's start."},
          started_at),
  };
}

}  // namespace http
