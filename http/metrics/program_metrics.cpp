#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http/metrics/family.hpp"
#include "http/metrics/metrics.hpp"

namespace http {
namespace {

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
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir("/proc/self/fd"), closedir);
  if (!directory) return 0;
  double count = -1;  // opendir's own
  while (const dirent* entry = readdir(directory.get())) count += entry->d_name[0] != '.' ? 1 : 0;
  return count;
}

double descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

// Field 22 of /proc/self/stat is the start in ticks since boot; the boot clock
// gives the wall time of boot.
double start_time_seconds() {
  std::ifstream stat("/proc/self/stat");
  std::string text;
  std::getline(stat, text);
  std::istringstream fields(text.substr(text.rfind(')') + 1));  // the name may contain blanks
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

using FamilyList = std::vector<prometheus::MetricFamily>;

prometheus::MetricFamily single(const FamilyInfo& info, double value, const Labels& labels = {}) {
  prometheus::MetricFamily family = make_family(info);
  add(family, labels, value);
  return family;
}

prometheus::MetricFamily alerts_family(const std::vector<AlertCount>& alerts) {
  auto family = make_family({"radio_alerts_sent_total", counter,
                             "Attempts to deliver an alert, by receiver and outcome; reminders "
                             "that were accepted are not counted."});
  for (const AlertCount& count : alerts) {
    for (std::size_t i = 0; i < count.outcomes.size(); ++i) {
      const auto outcome = static_cast<recovery::alerts::Outcome>(i);
      add(family, {{"receiver", count.receiver}, {"outcome", recovery::alerts::name(outcome)}},
          static_cast<double>(count.outcomes[i]));
    }
  }
  return family;
}

// The dependencies, then AzuraCast: of one stream that uses it `azuracast`; of several
// `azuracast-STREAM` each, and `azuracast` for all of them, which is up while each is up.
std::vector<DependencyState> dependencies_with_azuracast(const SnapshotStore::View& view) {
  std::vector<DependencyState> all;
  if (view.program.dependencies) all = *view.program.dependencies;
  std::vector<DependencyState> each_stream;
  DependencyState together{.name = "azuracast", .up = true, .sentence = {}};
  for (const auto& stream : view.streams) {
    if (!stream->azuracast) continue;
    const bool up = stream->azuracast->up;
    together.up = together.up && up;
    together.took = std::max(together.took, stream->azuracast->took);
    each_stream.push_back({"azuracast-" + stream->name, up, {}, stream->azuracast->took});
  }
  if (each_stream.empty()) return all;
  all.push_back(std::move(together));
  if (each_stream.size() > 1) all.insert(all.end(), each_stream.begin(), each_stream.end());
  return all;
}

FamilyList dependency_families(const std::vector<DependencyState>& dependencies) {
  auto up = make_family(
      {"radio_dependency_up", gauge, "1 where the latest probe found the dependency up; else 0."});
  auto took = make_family(
      {"radio_dependency_probe_seconds", gauge, "Duration of the latest probe of the dependency."});
  for (const DependencyState& each : dependencies) {
    add(up, {{"dependency", each.name}}, each.up ? 1 : 0);
    add(took, {{"dependency", each.name}}, monitor::seconds(each.took));
  }
  return {up, took};
}

FamilyList config_families(const ConfigState& config) {
  return {single({"radio_config_last_reload_successful", gauge,
                  "1 where the latest read of the configuration succeeded; else 0."},
                 config.successful ? 1 : 0),
          single({"radio_config_last_reload_success_timestamp_seconds", gauge,
                  "Unix time of the latest successful read of the configuration."},
                 unix_seconds(config.succeeded_at))};
}

prometheus::MetricFamily exports_family(const std::vector<ExportCount>& exports) {
  auto family = make_family(
      {"radio_exports_total", counter, "Attempts to export the metrics, by exporter and outcome."});
  for (const ExportCount& each : exports) {
    add(family, {{"exporter", each.exporter}, {"outcome", "delivered"}},
        static_cast<double>(each.delivered));
    add(family, {{"exporter", each.exporter}, {"outcome", "failed"}},
        static_cast<double>(each.failed));
  }
  return family;
}

prometheus::MetricFamily loop_delay_family(const recovery::Histogram& delay) {
  auto family = make_family({"radio_supervisor_loop_delay_seconds", histogram,
                             "Delay of the supervising loop: from the time a timer was due to the "
                             "time its handler ran."});
  add(family, {}, delay);
  return family;
}

FamilyList process_families() {
  static const double started_at = start_time_seconds();
  const Memory used = memory();
  return {
      single({"radio_supervisor_build_info", gauge, "1; version and compiler are labels."}, 1,
             {{"version", FFSUPERVISOR_VERSION}, {"compiler", "g++ " __VERSION__}}),
      single({"process_cpu_seconds_total", counter, "User and system CPU time of the supervisor."},
             cpu_seconds()),
      single({"process_resident_memory_bytes", gauge, "Resident set size of the supervisor."},
             used.resident_bytes),
      single({"process_virtual_memory_bytes", gauge, "Virtual memory size of the supervisor."},
             used.virtual_bytes),
      single({"process_open_fds", gauge, "Open file descriptors of the supervisor."},
             open_descriptors()),
      single({"process_max_fds", gauge, "Limit of open file descriptors of the supervisor."},
             descriptor_limit()),
      single({"process_start_time_seconds", gauge, "Unix time of the supervisor's start."},
             started_at),
  };
}

}  // namespace

std::vector<prometheus::MetricFamily> program_families(const SnapshotStore::View& view) {
  FamilyList families;
  const auto append = [&](FamilyList more) {
    for (auto& family : more) families.push_back(std::move(family));
  };
  const Program& program = view.program;
  if (program.alerts) families.push_back(alerts_family(*program.alerts));
  const auto dependencies = dependencies_with_azuracast(view);
  if (!dependencies.empty()) append(dependency_families(dependencies));
  if (program.config) append(config_families(*program.config));
  if (program.exports) families.push_back(exports_family(*program.exports));
  if (program.loop_delay) families.push_back(loop_delay_family(*program.loop_delay));
  append(process_families());
  return families;
}

}  // namespace http
