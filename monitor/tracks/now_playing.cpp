#include "monitor/tracks/now_playing.hpp"

namespace monitor {

bool is_of_station(const NowPlaying& report, const std::string& station) {
  if (station.empty() || report.station == station) return true;
  return report.station_id > 0 && std::to_string(report.station_id) == station;
}

}  // namespace monitor
