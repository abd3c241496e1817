#include "supervisor/stream/streams.hpp"

#include "driver_stand.hpp"

namespace supervisor::test {
namespace {

class StreamsTest : public DriverStand {
 protected:
  void add(const std::vector<std::string>& names) {
    std::vector<StreamParts> all;
    for (const std::string& name : names) {
      config.streams.push_back(plain_config(name));
      all.push_back(make_stream_parts(config.streams.back(), {}, secrets));
    }
    streams.add(std::move(all));
  }
  // From the present configuration to the one that `edit` makes of it.
  void change(const std::function<void(Config&)>& edit) {
    Config next = config;
    edit(next);
    const ConfigChanges changes = compare(config, next);
    std::vector<StreamParts> parts;
    for (const StreamConfig& stream : touched_streams(changes, next)) {
      parts.push_back(make_stream_parts(stream, {}, secrets));
    }
    streams.change(changes, std::move(parts), next);
    config = next;
  }
  std::vector<std::string> shown_names() {
    std::vector<std::string> names;
    for (const auto& stream : snapshots.read().streams) names.push_back(stream->name);
    return names;
  }

  Config config;
  int all_ended = 0;
  int gave_up = 0;
  int gone = 0;
  Streams streams{Streams::Context{.services = services,
                                   .max_incidents = 100,
                                   .alerts = alerts,
                                   .journal = nullptr,
                                   .on_all_ended = [this] { ++all_ended; },
                                   .on_gave_up = [this] { ++gave_up; },
                                   .on_gone = [this] { ++gone; },
                                   .seams = seams()}};
};

using Names = std::vector<std::string>;

TEST_F(StreamsTest, AreLaunchedAndShownInTheirOrder) {
  add({"one", "two"});
  EXPECT_EQ(children.count(), 0U);
  EXPECT_EQ(shown_names(), (Names{"one", "two"}));
  streams.start();
  EXPECT_EQ(children.count(), 2U);
  EXPECT_EQ(streams.find("two")->config().name, "two");
  EXPECT_EQ(streams.find("three"), nullptr);
}

Names many_names() {
  Names names;
  for (int i = 0; i < 50; ++i) names.push_back("s" + std::to_string(i));
  return names;
}

TEST_F(StreamsTest, AllAtOnceAreLaunchedInTurnsOfTheLoop) {
  add(many_names());
  streams.start();
  EXPECT_EQ(children.count(), LaunchQueue::launches_a_turn);
  turn();
  EXPECT_EQ(children.count(), 50U);
  EXPECT_EQ(shown_names(), many_names());
}

TEST_F(StreamsTest, OneThatIsToStopBeforeItsTurnIsNotLaunched) {
  add(many_names());
  streams.start();
  streams.shut_down();
  turn();
  EXPECT_EQ(children.count(), LaunchQueue::launches_a_turn);
  for (std::size_t i = 0; i < children.count(); ++i) children[i].exit(255);
  EXPECT_EQ(all_ended, 1);
  EXPECT_EQ(streams.exit_code(), 0);
}

TEST_F(StreamsTest, HaveAllEndedWhenTheLastHasWithTheFirstCodeThatIsNotZero) {
  add({"one", "two", "three"});
  streams.start();
  children[1].fail_to_execute(ENOENT);
  EXPECT_EQ(all_ended, 0);
  streams.shut_down();
  children[0].exit(255);
  EXPECT_EQ(all_ended, 0);
  EXPECT_FALSE(streams.all_ended());
  children[2].exit(255);
  EXPECT_EQ(all_ended, 1);
  EXPECT_EQ(streams.exit_code(), 127);
}

TEST_F(StreamsTest, ShutDownAllAtOnce) {
  add({"one", "two"});
  streams.start();
  streams.shut_down();
  EXPECT_EQ(children[0].signals, std::vector{SIGTERM});
  EXPECT_EQ(children[1].signals, std::vector{SIGTERM});
  streams.kill();
  EXPECT_EQ(children[1].signals, (std::vector{SIGTERM, SIGKILL}));
}

TEST_F(StreamsTest, TellOfOneThatGaveUpWhereThatEndsTheProgram) {
  add({"one", "two"});
  streams.start();
  change([](Config& next) {
    next.streams[1].recovery.on_exhausted = recovery::OnExhausted::exit;
    next.streams[1].recovery.max_restart_attempts = 1;
  });
  for (int i = 0; i < 3 && gave_up == 0; ++i) {
    children.last().execute();
    children.last().exit(1);
    clock.advance(5s);
  }
  EXPECT_EQ(gave_up, 1);
  EXPECT_EQ(all_ended, 0);
  EXPECT_EQ(streams.exit_code(), 69);
}

TEST_F(StreamsTest, OneThatIsRemovedWhileItRunsIsGoneWithItsChild) {
  add({"one", "two"});
  streams.start();
  change([](Config& next) { next.streams.erase(next.streams.begin()); });
  EXPECT_EQ(streams.find("one"), nullptr);
  EXPECT_TRUE(streams.is_leaving("one"));
  EXPECT_EQ(children[0].signals, std::vector{SIGTERM});
  EXPECT_EQ(shown_names(), Names{"two"});
  children[0].exit(255);
  EXPECT_EQ(gone, 0) << "not from within its own step";
  turn();
  EXPECT_EQ(gone, 1);
  EXPECT_FALSE(streams.is_leaving("one"));
  EXPECT_FALSE(children[0].is_owned);
  EXPECT_EQ(all_ended, 0);
}

TEST_F(StreamsTest, OneThatIsRemovedAfterItsEndIsGone) {
  add({"one", "two"});
  streams.start();
  children[0].fail_to_execute(ENOENT);
  change([](Config& next) { next.streams.erase(next.streams.begin()); });
  turn();
  EXPECT_EQ(gone, 1);
  EXPECT_EQ(streams.exit_code(), 0) << "a stream that is no more has no say";
}

TEST_F(StreamsTest, OneThatReturnsGoesOnWithItsPast) {
  add({"one", "two"});
  streams.start();
  children[0].execute();
  children[0].advance();
  children[0].exit(1);
  ASSERT_EQ(snapshots.read().streams[0]->incidents->size(), 1U);
  change([](Config& next) { next.streams.erase(next.streams.begin()); });
  children.last().exit(255);
  turn();
  change([](Config& next) { next.streams.insert(next.streams.begin(), plain_config("one")); });
  EXPECT_EQ(shown_names(), (Names{"one", "two"}));
  EXPECT_EQ(snapshots.read().streams[0]->incidents->size(), 1U);
  EXPECT_EQ(children.count(), 4U);
}

TEST_F(StreamsTest, OneThatHadEndedRunsAgainUnderAnotherCommand) {
  add({"one"});
  streams.start();
  children[0].fail_to_execute(ENOENT);
  EXPECT_EQ(all_ended, 1);
  change([](Config& next) { next.streams[0].command[2] = "other.mp3"; });
  EXPECT_EQ(children.count(), 2U);
  EXPECT_FALSE(streams.all_ended());
  EXPECT_EQ(streams.exit_code(), 0);
}

TEST_F(StreamsTest, AnOutputDiskThatHangsHoldsUpNoOtherStream) {
  hang_files();
  StreamConfig config_of_one = plain_config("one");
  config_of_one.tracks.text_file = folder.file("track.txt");
  Streams others{Streams::Context{.services = services,
                                  .max_incidents = 100,
                                  .alerts = alerts,
                                  .journal = nullptr,
                                  .on_all_ended = [] {},
                                  .on_gave_up = [] {},
                                  .on_gone = [] {},
                                  .seams = seams()}};
  others.add({make_stream_parts(config_of_one, {}, secrets),
              make_stream_parts(plain_config("two"), {}, secrets)});
  others.start();
  ASSERT_EQ(children.count(), 1U);
  children.last().execute();
  children.last().advance();
  EXPECT_EQ(snapshots.read().streams[1]->status.state, recovery::State::on_air);
  ASSERT_TRUE(turn_until([&] { return hung->calls() == 1; }));
}

}  // namespace
}  // namespace supervisor::test
