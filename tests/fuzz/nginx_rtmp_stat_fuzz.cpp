// clang-format off
// sources: monitor/probes/server_reports.cpp monitor/probes/json_values.cpp monitor/text/url.cpp monitor/text/percent.cpp monitor/text/utf8.cpp
// libraries: -lpugixml -lboost_json
// clang-format on
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "monitor/probes/server_reports.hpp"

namespace {

// What holds for any answer of any server.
void check(const monitor::SinkReport& report) {
  if (report.sentence.empty()) std::abort();
  if (report.has_publisher && !report.answered) std::abort();
  if (report.received_bytes && !report.has_publisher) std::abort();
}

}  // namespace

// XML: nginx-rtmp's, and Icecast's for its administrator.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  check(monitor::probes::read_nginx_rtmp_stat(body, "live/key"));
  check(monitor::probes::read_icecast(body, "radio.mp3"));
  return 0;
}
