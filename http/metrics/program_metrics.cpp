#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>

#include <dirent.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

double listed_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir("/proc/self/fd"), closedir);
  if (!directory) return 0;
  double count = -1;  // opendir's own
  while (const dirent* entry = readdir(directory.get())) count += entry->d_name[0] != '.' ? 1 : 0;
  return count;
}

// Since Linux 6.2 the folder's size is their number; before, each has to be listed.
double open_descriptors() {
  struct stat folder {};
  const bool is_counted = stat("/proc/self/fd", &folder) == 0 && folder.st_size > 0;
  return is_counted ? static_cast<double>(folder.st_size) : listed_descriptors();
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

void single(SeriesSink& sink, const FamilyInfo& info, double value, Labels labels = {}) {
  sink.begin(info);
  sink.add(labels, value);
}

void write_alerts(SeriesSink& sink, const std::vector<AlertCount>& alerts) {
  static constexpr FamilyInfo info{"radio_alerts_sent_total", counter,
                                   "Attempts to deliver an alert, by receiver and outcome; "
                                   "reminders that were accepted are not counted."};
  sink.begin(info);
  for (const AlertCount& count : alerts) {
    for (std::size_t i = 0; i < count.outcomes.size(); ++i) {
      const auto outcome = static_cast<recovery::alerts::Outcome>(i);
      sink.add({{"receiver", count.receiver}, {"outcome", recovery::alerts::name(outcome)}},
               static_cast<double>(count.outcomes[i]));
    }
  }
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

void write_dependencies(SeriesSink& sink, const std::vector<DependencyState>& dependencies) {
  static constexpr FamilyInfo up{"radio_dependency_up", gauge,
                                 "1 where the latest probe found the dependency up; else 0."};
  static constexpr FamilyInfo took{"radio_dependency_probe_seconds", gauge,
                                   "Duration of the latest probe of the dependency."};
  sink.begin(up);
  for (const DependencyState& each : dependencies) {
    sink.add({{"dependency", each.name}}, each.up ? 1 : 0);
  }
  sink.begin(took);
  for (const DependencyState& each : dependencies) {
    sink.add({{"dependency", each.name}}, monitor::seconds(each.took));
  }
}

void write_config(SeriesSink& sink, const ConfigState& config) {
  single(sink,
         {"radio_config_last_reload_successful", gauge,
          "1 where the latest read of the configuration succeeded; else 0."},
         config.successful ? 1 : 0);
  single(sink,
         {"radio_config_last_reload_success_timestamp_seconds", gauge,
          "Unix time of the latest successful read of the configuration."},
         unix_seconds(config.succeeded_at));
}

void write_exports(SeriesSink& sink, const std::vector<ExportCount>& exports) {
  static constexpr FamilyInfo info{"radio_exports_total", counter,
                                   "Attempts to export the metrics, by exporter and outcome."};
  sink.begin(info);
  for (const ExportCount& each : exports) {
    sink.add({{"exporter", each.exporter}, {"outcome", "delivered"}},
             static_cast<double>(each.delivered));
    sink.add({{"exporter", each.exporter}, {"outcome", "failed"}},
             static_cast<double>(each.failed));
  }
}

void write_loop_delay(SeriesSink& sink, const recovery::Histogram& delay) {
  static constexpr FamilyInfo info{"radio_supervisor_loop_delay_seconds", histogram,
                                   "Delay of the supervising loop: from the time a timer was due "
                                   "to the time its handler ran."};
  sink.begin(info);
  sink.add({}, delay);
}

void write_process(SeriesSink& sink) {
  static const double started_at = start_time_seconds();
  const Memory used = memory();
  single(sink, {"radio_supervisor_build_info", gauge, "1; version and compiler are labels."}, 1,
         {{"version", FFSUPERVISOR_VERSION}, {"compiler", "g++ " __VERSION__}});
  single(sink,
         {"process_cpu_seconds_total", counter, "User and system CPU time of the supervisor."},
         cpu_seconds());
  single(sink, {"process_resident_memory_bytes", gauge, "Resident set size of the supervisor."},
         used.resident_bytes);
  single(sink, {"process_virtual_memory_bytes", gauge, "Virtual memory size of the supervisor."},
         used.virtual_bytes);
  single(sink, {"process_open_fds", gauge, "Open file descriptors of the supervisor."},
         open_descriptors());
  single(sink, {"process_max_fds", gauge, "Limit of open file descriptors of the supervisor."},
         descriptor_limit());
  single(sink, {"process_start_time_seconds", gauge, "Unix time of the supervisor's start."},
         started_at);
}

}  // namespace

void write_program_series(const SnapshotStore::View& view, SeriesSink& sink) {
  const Program& program = view.program;
  if (program.alerts) write_alerts(sink, *program.alerts);
  write_dependencies(sink, dependencies_with_azuracast(view));
  if (program.config) write_config(sink, *program.config);
  if (program.exports) write_exports(sink, *program.exports);
  if (program.loop_delay) write_loop_delay(sink, *program.loop_delay);
  write_process(sink);
}

}  // namespace http
