#include "supervisor/tracks/feed_listener.hpp"

#include "driver_stand.hpp"
#include "tests/monitor/loopback_server.hpp"

namespace supervisor::test {
namespace {

std::string event(int sh_id) {
  const std::string text =
      "data: {\"connect\":{\"data\":[{\"np\":{\"station\":{\"shortcode\":\"night_fm\"},"
      "\"now_playing\":{\"sh_id\":" +
      std::to_string(sh_id) + "}}}]}}\n\n";
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + text + "\r\n";
}
const std::string head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

// What it reported, brought to the loop.
class FeedListenerTest : public DriverStand {
 protected:
  struct Seen {
    std::vector<std::int64_t> numbers;
    std::vector<std::string> ends;
  };
  std::unique_ptr<FeedListener> listen(const std::string& url) {
    const std::weak_ptr<Seen> weak = seen;
    return std::make_unique<FeedListener>(
        io_thread.thread(), monitor::probes::Azuracast{.url = url, .station = "night_fm"},
        FeedListener::Events{
            .on_report = loop.thread().callback(weak,
                                                [](Seen& all, const monitor::NowPlaying& report) {
                                                  all.numbers.push_back(report.sh_id);
                                                }),
            .on_end = loop.thread().callback(weak, [](Seen& all, const std::string& sentence) {
              all.ends.push_back(sentence);
            })});
  }
  std::shared_ptr<Seen> seen = std::make_shared<Seen>();
};

using Numbers = std::vector<std::int64_t>;

TEST_F(FeedListenerTest, ReportsWhatTheFeedSaysAndConnectsAgainWhenItEnds) {
  std::atomic<int> connections = 0;
  const loopback::Server server([&](loopback::Client& client) {
    client.request();
    client.say(head + event(++connections) + "0\r\n\r\n");
  });
  const auto listener = listen(server.url("/"));
  ASSERT_TRUE(turn_until([&] { return seen->numbers.size() == 2; }));
  EXPECT_EQ(seen->numbers, (Numbers{1, 2}));
  ASSERT_FALSE(seen->ends.empty());
  EXPECT_EQ(seen->ends[0], "The feed of AzuraCast at 127.0.0.1:" + server.port() + " ended.");
}

TEST_F(FeedListenerTest, OneThatIsRefusedIsTriedAgain) {
  const auto listener = listen("http://127.0.0.1:" + loopback::closed_port() + "/");
  ASSERT_TRUE(turn_until([&] { return seen->ends.size() == 2; }));
  EXPECT_TRUE(seen->numbers.empty());
}

TEST_F(FeedListenerTest, HangsUpWhenItIsDestroyed) {
  std::atomic<bool> has_hung_up = false;
  const loopback::Server server([&](loopback::Client& client) {
    client.request();
    client.say(head + event(1));
    client.wait_for_end();
    has_hung_up = true;
  });
  auto listener = listen(server.url("/"));
  ASSERT_TRUE(turn_until([&] { return seen->numbers.size() == 1; }));
  listener.reset();
  EXPECT_TRUE(turn_until([&] { return has_hung_up.load(); }));
  EXPECT_TRUE(seen->ends.empty());
}

}  // namespace
}  // namespace supervisor::test
