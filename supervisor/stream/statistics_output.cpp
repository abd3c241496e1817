#include "supervisor/stream/statistics_output.hpp"

#include "monitor/ffmpeg/url_address.hpp"

namespace supervisor {

using monitor::UrlAddress;
using monitor::probes::Reach;
using monitor::probes::Target;

namespace {

int likeness(std::string_view url, const UrlAddress& server) {
  int most = 0;
  monitor::any_address(url, [&](const UrlAddress& address) {
    if (address.host != server.host) return false;
    most = address.port == server.port ? 2 : 1;
    return true;
  });
  return most;
}

}  // namespace

std::string output_of_statistics(std::string_view statistics_url,
                                 const std::vector<Target>& sinks) {
  const Target* chosen = nullptr;
  int most = -1;
  monitor::any_address(statistics_url, [&](const UrlAddress& server) {
    for (const Target& sink : sinks) {
      if (sink.reach != Reach::tcp) continue;
      const int like = likeness(sink.url, server);
      if (like <= most) continue;
      most = like;
      chosen = &sink;
    }
    return true;
  });
  return chosen ? chosen->url : std::string();
}

}  // namespace supervisor
