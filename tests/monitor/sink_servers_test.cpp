// The real servers that tell statistics, fed by a real FFmpeg.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/monitor/child.hpp"
#include "tests/monitor/loopback_server.hpp"
#include "tests/monitor/probe_sink.hpp"

namespace monitor::probes {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr auto nginx = SinkServer::nginx_rtmp_stat;
constexpr auto icecast = SinkServer::icecast;

template <class Condition>
bool holds_soon(Condition condition, Duration within = 20s) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(50ms);
  }
  return true;
}

// Root's own folder is closed to the users that servers become.
void open_to_all(const std::filesystem::path& folder) {
  std::filesystem::permissions(folder, std::filesystem::perms::all);
}

std::vector<std::string> tone(std::vector<std::string> output) {
  std::vector<std::string> argv{"ffmpeg", "-v", "quiet", "-re", "-f", "lavfi", "-i", "sine"};
  argv.insert(argv.end(), output.begin(), output.end());
  return argv;
}

// Grows with each of three looks, the publisher always there.
bool grows(SinkServer server, const std::string& url, const std::string& published_to) {
  std::uint64_t last = 0;
  int growths = 0;
  return holds_soon([&] {
    const auto bytes = probe(server, url, published_to).received_bytes.value_or(0);
    growths += bytes > last ? 1 : 0;
    last = bytes;
    return growths >= 3;
  });
}

TEST(RealNginxRtmp, ThePublisherIsSeenComingGrowingAndGoing) {
  const loopback::Folder folder;
  open_to_all(folder.path);
  const std::string in = folder.path.string();
  const std::string rtmp_port = loopback::closed_port(), http_port = loopback::closed_port();
  std::ofstream(in + "/nginx.conf")
      << "load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;\ndaemon off;\nmaster_process "
         "off;\n"
      << "pid " << in << "/pid;\nerror_log " << in << "/log;\nevents {}\n"
      << "rtmp { access_log off; server { listen 127.0.0.1:" << rtmp_port
      << "; application live { live on; } } }\n"
      << "http { access_log off; client_body_temp_path " << in << "/t; proxy_temp_path " << in
      << "/t; fastcgi_temp_path " << in << "/t; uwsgi_temp_path " << in << "/t; scgi_temp_path "
      << in << "/t;\n server { listen 127.0.0.1:" << http_port
      << "; location /stat { rtmp_stat all; } } }\n";
  const Child server({"/usr/sbin/nginx", "-e", "stderr", "-p", in, "-c", in + "/nginx.conf"});
  const std::string stat = "http://127.0.0.1:" + http_port + "/stat";
  const std::string to = "rtmp://127.0.0.1:" + rtmp_port + "/live/key?token=planted";
  ASSERT_TRUE(holds_soon([&] { return probe(nginx, stat, to).answered; }));
  EXPECT_FALSE(probe(nginx, stat, to).has_publisher);
  Child publisher(tone({"-c:a", "aac", "-f", "flv", to}));
  EXPECT_TRUE(grows(nginx, stat, to));
  EXPECT_FALSE(probe(nginx, stat, "rtmp://127.0.0.1/live/other").has_publisher);
  publisher.end();
  EXPECT_TRUE(holds_soon([&] {
    const SinkReport report = probe(nginx, stat, to);
    return report.answered && !report.has_publisher;
  }));
}

TEST(RealIcecast, TheMountIsSeenByItsStatusAndItsStatistics) {
  const loopback::Folder folder;
  open_to_all(folder.path);
  const std::string in = folder.path.string(), port = loopback::closed_port();
  const std::string owner =
      ::geteuid() != 0 ? ""
                       : "<changeowner><user>icecast2</user><group>icecast</group></changeowner>";
  std::ofstream(in + "/icecast.xml")
      << "<icecast><limits><sources>2</sources></limits><authentication><source-password>hackme"
      << "</source-password><admin-user>admin</admin-user><admin-password>secret</admin-password>"
      << "</authentication><hostname>127.0.0.1</hostname><listen-socket><port>" << port
      << "</port><bind-address>127.0.0.1</bind-address></listen-socket><paths><logdir>" << in
      << "</logdir><webroot>/usr/share/icecast2/web</webroot>"
      << "<adminroot>/usr/share/icecast2/admin</adminroot></paths>"
      << "<logging><accesslog>a</accesslog><errorlog>e</errorlog></logging><security><chroot>0"
      << "</chroot>" << owner << "</security></icecast>";
  const Child server({"/usr/bin/icecast2", "-c", in + "/icecast.xml"});
  const std::string base = "http://127.0.0.1:" + port;
  const std::string stats = "http://admin:secret@127.0.0.1:" + port + "/admin/stats";
  const std::string to = "icecast://source:hackme@127.0.0.1:" + port + "/radio.mp3";
  ASSERT_TRUE(holds_soon([&] { return probe(icecast, base, to).answered; }));
  EXPECT_FALSE(probe(icecast, base, to).has_publisher);
  EXPECT_FALSE(probe(icecast, stats, to).has_publisher);
  EXPECT_TRUE(probe(icecast, stats, to).answered);
  EXPECT_FALSE(probe(icecast, base + "/admin/stats", to).answered);
  const Child publisher(
      tone({"-c:a", "libmp3lame", "-content_type", "audio/mpeg", "-f", "mp3", to}));
  EXPECT_TRUE(holds_soon([&] { return probe(icecast, base, to).has_publisher; }));
  EXPECT_FALSE(probe(icecast, base, to).received_bytes);
  EXPECT_TRUE(holds_soon([&] {  // counted every 5 s
    return probe(icecast, stats, to).received_bytes.value_or(0) > 0;
  }));
}

}  // namespace
}  // namespace monitor::probes
