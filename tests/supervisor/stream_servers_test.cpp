#include "supervisor/stream/stream_servers.hpp"

#include <gtest/gtest.h>

namespace supervisor {
namespace {

recovery::StreamServers servers(std::vector<std::string> command, StreamConfig config = {}) {
  config.command = std::move(command);
  return make_stream_parts(config, {}, Secrets()).servers;
}

TEST(StreamServers, AreHostAndPortWithoutCredentialsAndPaths) {
  const auto found = servers({"ffmpeg", "-i", "http://dj:hunter22@studio/radio.mp3?token=hunter22",
                              "-f", "flv", "rtmp://rtmp.example.org/live/S3cretKey"});
  EXPECT_EQ(found.source, "studio:80");
  EXPECT_EQ(found.sink, "rtmp.example.org:1935");
}

TEST(StreamServers, OfSeveralEachStandsOnceInOneOrder) {
  const std::vector<std::string> outputs{"rtmp://b/live/1", "rtmp://a:1936/live/2",
                                         "rtmp://b/live/3"};
  std::vector<std::string> command{"ffmpeg", "-i", "in.mp3"};
  for (const std::string& output : outputs) command.insert(command.end(), {"-f", "flv", output});
  EXPECT_EQ(servers(command).sink, "a:1936,b:1935");
}

TEST(StreamServers, TheirNumberIsBounded) {
  std::vector<std::string> command{"ffmpeg", "-i", "in.mp3"};
  for (int i = 0; i < 9; ++i) {
    command.insert(command.end(), {"-f", "flv", "rtmp://h" + std::to_string(i) + "/live/x"});
  }
  EXPECT_EQ(servers(command).sink, "h0:1935,h1:1935,h2:1935,h3:1935,…");
}

TEST(StreamServers, FilesAndDevicesAreNone) {
  const auto found = servers({"ffmpeg", "-f", "lavfi", "-i", "sine", "out.mp3"});
  EXPECT_EQ(found.source, "");
  EXPECT_EQ(found.sink, "");
}

TEST(StreamServers, TheSourceThatIsConfiguredCounts) {
  StreamConfig config;
  config.source_url = "http://icecast:8000/mount";
  EXPECT_EQ(servers({"ffmpeg", "-i", "http://relay/x", "out.mp3"}, config).source, "icecast:8000");
}

TEST(StreamServers, AHostThatIsASecretIsLeftOut) {
  StreamConfig config;
  config.hidden.texts = {"hidden-host"};
  EXPECT_EQ(servers({"ffmpeg", "-i", "http://hidden-host/x", "out.mp3"}, config).source, "");
}

}  // namespace
}  // namespace supervisor
