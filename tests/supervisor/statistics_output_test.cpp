#include "supervisor/stream/statistics_output.hpp"

#include <gtest/gtest.h>

namespace supervisor {
namespace {

using monitor::probes::sink_target;
using monitor::probes::Target;

const std::vector<Target> platform_first{
    sink_target("rtmp://a.rtmp.example/live2/KEY"),
    sink_target("rtmp://nginx-rtmp:1935/live/stream"),
    sink_target("icecast://source:pw@nginx-rtmp:8000/radio.mp3"),
    sink_target("udp://239.0.0.1:5000")};

TEST(StatisticsOutput, IsTheOneAtThatHostAndPort) {
  EXPECT_EQ(output_of_statistics("http://nginx-rtmp:8000/status-json.xsl", platform_first),
            "icecast://source:pw@nginx-rtmp:8000/radio.mp3");
}

TEST(StatisticsOutput, ElseAtThatHost) {
  EXPECT_EQ(output_of_statistics("http://nginx-rtmp/stat", platform_first),
            "rtmp://nginx-rtmp:1935/live/stream");
}

TEST(StatisticsOutput, ElseTheFirstThatAServerTakes) {
  EXPECT_EQ(output_of_statistics("http://127.0.0.1:8080/stat",
                                 {sink_target("out.mp4"), sink_target("rtmp://one/live/x")}),
            "rtmp://one/live/x");
  EXPECT_EQ(output_of_statistics("http://127.0.0.1:8080/stat", {sink_target("out.mp4")}), "");
}

}  // namespace
}  // namespace supervisor
