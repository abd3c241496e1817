#include "supervisor/log/said_fields.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace supervisor {

namespace {

using Said = std::pair<std::string_view, std::string_view>;  // event, field

constexpr std::array said_fields{
    Said{"supervisor_started", "version"},
    Said{"ffmpeg_exited", "exit_code"},
    Said{"ffmpeg_exited", "signal"},
    Said{"ffmpeg_exited", "errno"},
    Said{"ffmpeg_log", "ffmpeg_level"},
    Said{"recovery_decision", "action"},
    Said{"recovery_decision", "delay_seconds"},
    Said{"recovery_decision", "attempt"},
    Said{"log_lines_dropped", "count"},
    Said{"incident_opened", "component"},
    Said{"fault_detected", "component"},
    Said{"off_air", "component"},
    Said{"escalated", "component"},
};

}  // namespace

bool is_said(std::string_view event, std::string_view field) {
  return std::ranges::find(said_fields, Said{event, field}) != said_fields.end();
}

}  // namespace supervisor
