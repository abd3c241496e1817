#include <random>

#include <boost/json/parse.hpp>

#include "journal_stand.hpp"
#include "monitor/text/rfc3339.hpp"
#include "supervisor/journal/journal_line.hpp"
#include "supervisor/journal/journal_reading.hpp"

namespace supervisor {
namespace {

constexpr std::size_t kept = 1000;  // incidents

std::string line(const std::string& json_object) {
  boost::json::object object;
  object = boost::json::parse(json_object).as_object();
  return sealed_line(object) + '\n';
}

recovery::PersistedState past_of(const std::string& text, JournalReading* reading = nullptr) {
  JournalState memory(kept);
  const JournalReading found = read_journal(text, memory);
  if (reading) *reading = found;
  return memory.persisted_states()["radio"];
}

std::string whole(const Journal::Change& change) {
  JournalState memory(kept);
  memory.note(change);
  return memory.text();
}

TEST(JournalFormat, EverythingComesBackAsItWas) {
  EXPECT_EQ(shown(past_of(whole({"radio", full_past()}))), shown(full_past()));
}

TEST(JournalFormat, EveryCauseComesBackAsItWas) {
  for (std::size_t i = 0; i < monitor::cause_count; ++i) {
    recovery::PersistedState past = full_past();
    past.alert->cause = past.incidents[0].cause = static_cast<monitor::Cause>(i);
    EXPECT_EQ(shown(past_of(whole({"radio", past}))), shown(past));
  }
}

TEST(JournalFormat, AStreamWithoutAPastComesBackWithoutOne) {
  EXPECT_EQ(shown(past_of(whole({"radio", {}}))), shown(recovery::PersistedState{}));
}

TEST(JournalFormat, TimesAreWrittenForPeople) {
  EXPECT_NE(whole({"radio", full_past()}).find(R"("launched_at":"2025-11-23T19:19:59.999Z")"),
            std::string::npos);
}

TEST(JournalFormat, UnknownMembersArePassedOver) {
  const auto past =
      past_of(line(R"({"stream":"radio","colour":{"a":[1]},"now":{"attempts":2,"mood":"good"},)"
                   R"("incidents":[{"id":"radio-1","cause":"cpu_high","weather":7}]})"));
  EXPECT_EQ(past.attempts, 2u);
  ASSERT_EQ(past.incidents.size(), 1u);
  EXPECT_EQ(past.incidents[0].cause, monitor::Cause::cpu_high);
}

TEST(JournalFormat, MissingMembersAreAtTheirDefault) {
  const auto past = past_of(line(R"({"stream":"radio","now":{}})"));
  EXPECT_EQ(shown(past), shown(recovery::PersistedState{}));
}

TEST(JournalFormat, MembersOfAnotherTypeAreAtTheirDefault) {
  const auto past = past_of(
      line(R"({"stream":"radio","now":{"attempts":-1,"source_retries":1e99,"stopped_as_asked":3,)"
           R"("launched_at":12,"escalation":[]},"incidents":{}})"));
  EXPECT_EQ(shown(past), shown(recovery::PersistedState{}));
}

TEST(JournalFormat, ATimeThatMakesNoSenseLeavesTheRestOfItsRecord) {
  const auto past = past_of(
      line(R"({"stream":"radio","now":{"attempts":2,"launched_at":"soon"},"incidents":)"
           R"([{"id":"radio-1","cause":"cpu_high","detected_at":"2025-11-05T12:00:00.000Z",)"
           R"("resolved_at":"2025-99-05T12:00:00.000Z","off_air_seconds":1.5}]})"));
  EXPECT_EQ(past.attempts, 2u);
  EXPECT_FALSE(past.launched_at);
  ASSERT_EQ(past.incidents.size(), 1u);
  EXPECT_FALSE(past.incidents[0].resolved_at);
  EXPECT_EQ(monitor::rfc3339(past.incidents[0].detected_at), "2025-11-05T12:00:00.000Z");
  EXPECT_EQ(past.incidents[0].off_air_seconds, 1.5);
}

TEST(JournalFormat, ALaterRecordReplacesStateAndIncidentsOfTheSameId) {
  Journal::Change later = change(9);
  later.now.incidents = {incident("radio-3")};
  const auto past = past_of(whole({"radio", full_past()}) + lines_of({later}).at(0) + '\n');
  EXPECT_EQ(past.attempts, 9u);
  EXPECT_FALSE(past.alert);
  ASSERT_EQ(past.incidents.size(), 3u);
  EXPECT_EQ(shown(past.incidents[0]), shown(incident("radio-3")));
}

TEST(JournalFormat, TheOldestIncidentsBeyondTheLimitAreForgotten) {
  JournalState memory(2);
  memory.note({"radio", full_past()});
  const auto past = memory.persisted_states()["radio"];
  ASSERT_EQ(past.incidents.size(), 2u);
  EXPECT_EQ(past.incidents[0].id, "radio-3");
  EXPECT_EQ(past.incidents[1].id, "radio-2");
}

TEST(JournalFormat, ALineThatWasChangedIsDamaged) {
  std::string text = whole({"radio", full_past()});
  text[text.find("\"attempts\":3") + 11] = '4';
  JournalReading reading;
  const auto past = past_of(text, &reading);
  EXPECT_EQ(reading.damaged_lines, 1u);
  EXPECT_EQ(past.attempts, 0u);
  EXPECT_EQ(past.incidents.size(), 3u);
}

TEST(JournalFormat, ALineThatIsTooLongIsDamaged) {
  boost::json::object object{{"stream", "radio"}, {"x", std::string(max_line_bytes, 'x')}};
  JournalReading reading;
  past_of(sealed_line(object) + '\n', &reading);
  EXPECT_EQ(reading.damaged_lines, 1u);
}

TEST(JournalFormat, NoLineIsLongerThanAReaderTakes) {
  Journal::Change huge{"radio", full_past()};
  for (auto* texts : {&huge.now.alert->tried, &huge.now.incidents[1].evidence}) {
    texts->assign(500, std::string(2000, '\x01'));
  }
  const auto lines = lines_of({huge});
  ASSERT_GT(lines.size(), 1u);
  std::string text;
  for (const auto& each : lines) {
    EXPECT_LE(each.size(), max_line_bytes);
    text += each + '\n';
  }
  JournalReading reading;
  const auto past = past_of(text, &reading);
  EXPECT_EQ(reading.damaged_lines, 0u);
  EXPECT_EQ(past.attempts, 3u);
  EXPECT_EQ(past.alert->id, alert().id);
  EXPECT_EQ(shown(past.incidents[0]), shown(full_past().incidents[0]));
  EXPECT_EQ(past.incidents[1].id, "radio-2");
  EXPECT_EQ(shown(past.incidents[2]), shown(full_past().incidents[2]));
}

TEST(JournalFormat, TextThatIsNoUtf8DoesNotSpoilItsRecord) {
  recovery::PersistedState past = full_past();
  past.incidents[0].evidence = {"\xff\xfe caf\xe9", std::string("\0x", 2)};
  const auto back = past_of(whole({"radio", past}));
  ASSERT_EQ(back.incidents.size(), 3u);
  EXPECT_EQ(back.incidents[0].evidence[0], "\xEF\xBF\xBD\xEF\xBF\xBD caf\xEF\xBF\xBD");
  EXPECT_EQ(back.incidents[0].evidence[1], std::string("\0x", 2));
}

TEST(JournalFormat, AnUnknownCauseLeavesOutItsIncidentOnly) {
  JournalReading reading;
  const auto past = past_of(
      line(R"({"stream":"radio","now":{"attempts":2,"escalation":{"id":"x","cause":"gremlins"}},)"
           R"("incidents":[{"id":"a","cause":"gremlins"},{"id":"b","cause":"cpu_high"}]})"),
      &reading);
  EXPECT_EQ(reading.unknown, 2u);
  EXPECT_EQ(past.attempts, 2u);
  ASSERT_EQ(past.incidents.size(), 1u);
  EXPECT_EQ(past.incidents[0].id, "b");
}

TEST(JournalFormat, AnAlertOfAnOlderVersionIsAnEscalation) {
  const auto past =
      past_of(line(R"({"stream":"radio","now":{"escalation":{"id":"x","cause":"sink_lost"}}})"));
  ASSERT_TRUE(past.alert);
  EXPECT_TRUE(past.escalated);
}

TEST(JournalFormat, AnAlertThatIsNoEscalationStaysNone) {
  auto past = full_past();
  past.escalated = false;
  EXPECT_FALSE(past_of(whole({"radio", past})).escalated);
}

TEST(JournalFormat, TheVersionIsTheHeaders) {
  const auto version = [](const std::string& text) {
    JournalReading reading;
    past_of(text, &reading);
    return reading.version;
  };
  const std::string record = lines_of({change(1)}).at(0) + '\n';
  EXPECT_EQ(version(header_line() + '\n' + record), 1u);
  EXPECT_EQ(version(record), std::nullopt);
  EXPECT_EQ(version(line(R"({"journal":"ffsupervisor"})") + record), 0u);
  EXPECT_EQ(version(line(R"({"journal":"ffsupervisor","version":7})") + record), 7u);
  EXPECT_EQ(version("{\"journal\":\"ffsupervisor\",\"version\":8}\n" + record), 8u);
  EXPECT_EQ(version(line(R"({"journal":"another","version":7})") + record), std::nullopt);
}

TEST(JournalFormat, WhateverIsDoneToItsBytesTheLinesLeftWholeAreRead) {
  std::string text = whole({"radio", full_past()});
  for (unsigned i = 0; i < 12; ++i) {
    Journal::Change next = change(i);
    next.now.incidents = {incident("radio-" + std::to_string(10 + i / 2), i % 2 != 0)};
    text += lines_of({next}).at(0) + '\n';
  }
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string each; std::getline(stream, each);) lines.push_back(each);

  std::mt19937 dice(20251105);
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(dice);
  };
  for (int round = 0; round < 1500; ++round) {
    std::string broken = text;
    for (std::size_t hits = 1 + below(4); hits > 0 && !broken.empty(); --hits) {
      const std::size_t at = below(broken.size());
      const std::size_t count = 1 + below(40);
      switch (below(6)) {
        case 0:
          broken[at] = static_cast<char>(below(256));
          break;
        case 1:
          broken[at] = static_cast<char>(broken[at] ^ (1 << below(8)));
          break;
        case 2:
          broken.erase(at, count);
          break;
        case 3:
          broken.insert(at, broken.substr(below(broken.size()), count));
          break;
        case 4:
          broken.resize(at);
          break;
        default:
          std::fill_n(broken.begin() + at, std::min(count, broken.size() - at), '\0');
      }
    }
    // What is still there of the lines that were written, in the order in which it is there.
    std::string left;
    std::istringstream rest(broken);
    for (std::string each; std::getline(rest, each);) {
      if (std::find(lines.begin(), lines.end(), each) != lines.end()) left += each + '\n';
    }
    JournalReading reading;
    const auto past = past_of(broken, &reading);
    ASSERT_EQ(shown(past), shown(past_of(left))) << "round " << round;
    ASSERT_FALSE(reading.is_newer()) << "round " << round;
  }
}

TEST(JournalFormat, RandomBytesAreNoJournal) {
  std::mt19937 dice(7);
  const std::string alphabet = "{}[]\":,\\\n\r\t 0123456789abcdefcrcstreamnowincidents\xff\x80";
  for (int round = 0; round < 3000; ++round) {
    std::string text(dice() % 600, '\0');
    for (char& c : text)
      c = round % 2 ? static_cast<char>(dice()) : alphabet[dice() % alphabet.size()];
    if (round % 3 == 0) text.insert(0, R"({"crc":")");
    if (round % 3 == 1) text = sealed_line({{"stream", "radio"}, {"now", text}}) + '\n' + text;
    if (round % 3 == 2) text.insert(0, R"({"journal":"ffsupervisor",)");
    JournalState memory(kept);
    const JournalReading reading = read_journal(text, memory);
    ASSERT_EQ(reading.records, round % 3 == 1 ? 1u : 0u) << round;
    ASSERT_LE(reading.good_bytes, text.size()) << round;
  }
}

// Beneath the checksum: values that a line of ours would never hold.
TEST(JournalFormat, SoundLinesWithSenselessContentDoNoHarm) {
  const std::vector<std::string> values{
      "null",
      "true",
      "-1",
      "1e400",
      "18446744073709551616",
      "0.5",
      "\"\"",
      "\"radio\"",
      "[]",
      "[[],{},null,\"x\"]",
      "{}",
      R"({"id":"a","cause":"cpu_high","detected_at":7})",
      R"([{"id":"a","cause":"cpu_high","evidence":[1,"x"],"off_air_seconds":-7}])"};
  for (const std::string& stream : values) {
    for (const std::string& now : values) {
      for (const std::string& incidents : values) {
        const std::string text =
            R"({"stream":)" + stream + R"(,"now":)" + now + R"(,"incidents":)" + incidents + "}";
        boost::system::error_code error;
        const auto parsed = boost::json::parse(text, error);
        if (error) continue;
        JournalState memory(kept);
        read_journal(sealed_line(parsed.as_object()) + '\n', memory);
        for (const auto& [name, past] : memory.persisted_states()) {
          for (const auto& record : past.incidents) ASSERT_GE(record.off_air_seconds, 0) << text;
        }
      }
    }
  }
}

}  // namespace
}  // namespace supervisor
