#include "supervisor/config/config.hpp"

namespace supervisor {

bool uses_azuracast(const StreamConfig& stream) {
  const bool names_it = !stream.azuracast.url.empty() || !stream.azuracast.station.empty();
  return names_it || stream.recovery.restart_on_track_change || !stream.tracks.text_file.empty();
}

std::string_view name(Origin origin) {
  switch (origin) {
    case Origin::standard:
      return "default";
    case Origin::file:
      return "file";
    case Origin::environment:
      return "environment";
    case Origin::flag:
      return "flag";
  }
  return "";
}

}  // namespace supervisor
