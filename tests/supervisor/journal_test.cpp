#include "supervisor/journal/journal.hpp"

#include <future>
#include <thread>

#include <sys/stat.h>

#include "journal_stand.hpp"
#include "monitor/probes/own_descriptors.hpp"
#include "supervisor/journal/journal_line.hpp"
#include "supervisor/journal/journal_state.hpp"

namespace supervisor {
namespace {

std::string record(const Journal::Change& change) {
  return lines_of({change}).at(0) + '\n';
}

std::string header() {
  return header_line() + '\n';
}

std::size_t size_of(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return error ? 0 : static_cast<std::size_t>(size);
}

TEST(Journal, EverythingOutlivesTheProcess) {
  const JournalFolder folder;
  JournalProblems problems;
  Journal(folder / "j", 1000, problems.sink()).note({"radio", full_past()});
  const Journal next(folder / "j", 1000, problems.sink());
  EXPECT_EQ(shown(next.past("radio")), shown(full_past()));
  EXPECT_EQ(problems.all(), "");
}

TEST(Journal, AStreamThatIsNotKnownHasADefaultPast) {
  const JournalFolder folder;
  const Journal journal(folder / "j", 1000, {});
  EXPECT_EQ(shown(journal.past("radio")), shown(recovery::PersistedState{}));
}

TEST(Journal, UnwatchedTimesAddUp) {
  const JournalFolder folder;
  Journal(folder / "j", 1000, {}).note({"radio", full_past()});
  Journal::Change later = change(1);
  later.now.unwatched = {{wall(1763930000000ms), wall(1763930007000ms)}};
  Journal(folder / "j", 1000, {}).note(later);
  const auto past = past_at(folder / "j");
  ASSERT_EQ(past.unwatched.size(), 3u);
  EXPECT_EQ(past.unwatched.front(), later.now.unwatched.front());
  EXPECT_EQ(shown(past.watched_since), shown(full_past().watched_since));
}

// What a killed process was last seen doing: the file's time of modification.
TEST(Journal, TheLastSignOfLifeOfTheLifeBeforeIsKnown) {
  const JournalFolder folder;
  Journal(folder / "j", 1000, {}).note(change(1));
  const auto then = std::filesystem::file_time_type::clock::now() - 1h;
  std::filesystem::last_write_time(folder / "j", then);
  const auto alive_at = past_at(folder / "j").alive_at;
  ASSERT_TRUE(alive_at);
  const auto ago = std::chrono::system_clock::now() - *alive_at;
  EXPECT_NEAR(std::chrono::duration<double>(ago).count(), 3600, 60);
}

TEST(Journal, ALivingProcessGivesSignsOfLifeThoughItHasNothingToNote) {
  const JournalFolder folder;
  const Journal journal(folder / "j", 1000, {});
  const auto then = std::filesystem::file_time_type::clock::now() - 1h;
  std::filesystem::last_write_time(folder / "j", then);
  EXPECT_TRUE(
      eventually([&] { return std::filesystem::last_write_time(folder / "j") > then + 30min; }));
}

TEST(Journal, StreamsAreKeptApart) {
  const JournalFolder folder;
  {
    Journal journal(folder / "j", 1000, {});
    journal.note(change(1, "radio"));
    journal.note(change(2, "video"));
    journal.note(change(3, "radio"));
  }
  EXPECT_EQ(past_at(folder / "j", "radio").attempts, 3u);
  EXPECT_EQ(past_at(folder / "j", "video").attempts, 2u);
}

TEST(Journal, AStreamThatIsNoLongerConfiguredIsKept) {
  const JournalFolder folder;
  Journal(folder / "j", 1000, {}).note({"old", full_past()});
  Journal(folder / "j", 1000, {}).note(change(1));
  EXPECT_EQ(shown(past_at(folder / "j", "old")), shown(full_past()));
}

TEST(Journal, IncidentsNotGivenStayAsTheyWere) {
  const JournalFolder folder;
  Journal(folder / "j", 1000, {}).note({"radio", full_past()});
  Journal(folder / "j", 1000, {}).note(change(1));
  const auto past = past_at(folder / "j");
  EXPECT_EQ(past.attempts, 1u);
  EXPECT_FALSE(past.alert);
  ASSERT_EQ(past.incidents.size(), 3u);
  EXPECT_FALSE(past.incidents[0].resolved_at);
}

TEST(Journal, AnIncidentThatClosesReplacesItsOlderRecord) {
  const JournalFolder folder;
  Journal(folder / "j", 1000, {}).note({"radio", full_past()});
  Journal::Change closed = change(0);
  closed.now.incidents = {incident("radio-3")};
  Journal(folder / "j", 1000, {}).note(closed);
  const auto past = past_at(folder / "j");
  ASSERT_EQ(past.incidents.size(), 3u);
  EXPECT_EQ(shown(past.incidents[0]), shown(incident("radio-3")));
}

TEST(Journal, NoMoreIncidentsAreKeptThanAskedFor) {
  const JournalFolder folder;
  {
    Journal journal(folder / "j", 3, {});
    for (int i = 1; i <= 10; ++i) {
      Journal::Change next = change(0);
      next.now.incidents = {incident(std::to_string(i))};
      journal.note(next);
    }
  }
  const Journal next(folder / "j", 3, {});
  const auto& incidents = next.past("radio").incidents;
  ASSERT_EQ(incidents.size(), 3u);
  EXPECT_EQ(incidents[0].id, "10");
  EXPECT_EQ(incidents[2].id, "8");
}

TEST(Journal, NobodyElseMayReadIt) {
  const JournalFolder folder;
  const mode_t before = ::umask(0);
  Journal(folder / "j", 1000, {}).note(change(1));
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat((folder / "j").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
}

TEST(Journal, ItIsOneLineARecordBehindAHeader) {
  const JournalFolder folder;
  {
    Journal journal(folder / "j", 1000, {});
    journal.note(change(1));
    journal.note(change(2));
  }
  EXPECT_EQ(read_file(folder / "j"), header() + record(change(1)) + record(change(2)));
}

// A child that inherits a file of a hung disk hangs when it closes it.
TEST(Journal, NoChildOfTheProgramInheritsItsFile) {
  bool is_possible = false;
  std::thread([&] { is_possible = monitor::probes::own_descriptors(); }).join();
  const JournalFolder folder;
  Journal journal(folder / "j", 1000, {});
  journal.note(change(1));
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code ignored;
    const std::string target = std::filesystem::read_symlink(entry, ignored);
    EXPECT_FALSE(is_possible && target.starts_with(folder / "")) << target;
  }
}

TEST(Journal, ARecordIsInTheFileWithoutDelay) {
  const JournalFolder folder;
  Journal journal(folder / "j", 1000, {});
  for (unsigned i = 1; i <= 200; ++i) {
    journal.note(change(i));
    if (i == 1) continue;
    ASSERT_NE(read_file(folder / "j").find(record(change(i - 1))), std::string::npos) << i;
  }
}

TEST(Journal, StreamsThatNoteAtOnceDoNotWaitForOneAnother) {
  const JournalFolder folder;
  std::promise<void> disk;
  Journal journal(folder / "j", 10, {},
                  {.limit = 1ms, .before = [works = disk.get_future().share()] { works.wait(); }});
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; ++i) journal.note({"s" + std::to_string(i), {}});
  const auto took = std::chrono::steady_clock::now() - begun;
  disk.set_value();
  EXPECT_LT(took, 200ms) << "the first to wait would have waited for 250 ms";
}

TEST(Journal, CutAtAnyByteItKeepsEveryWholeRecordAndTakesNewOnes) {
  const JournalFolder folder;
  const std::string path = folder / "j";
  std::string text = header();
  std::vector<std::size_t> ends;
  for (unsigned i = 1; i <= 3; ++i) {
    Journal::Change next = change(i);
    next.now.incidents = {incident(std::to_string(i))};
    next.now.incidents[0].evidence.clear();
    text += record(next);
    ends.push_back(text.size());
  }
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    write_file(path, text.substr(0, cut));
    // A record is whole even where only the end of its line is missing.
    const auto whole = static_cast<std::size_t>(
        std::count_if(ends.begin(), ends.end(), [&](std::size_t end) { return end <= cut + 1; }));
    JournalProblems problems;
    {
      Journal journal(path, 1000, problems.sink(), {.limit = 120s});
      ASSERT_EQ(journal.past("radio").incidents.size(), whole) << cut;
      ASSERT_EQ(journal.past("radio").attempts, whole) << cut;
      Journal::Change next = change(9);
      next.now.incidents = {incident("9")};
      journal.note(next);
    }
    const auto next = next_life(path, 1000);
    ASSERT_EQ(next->past("radio").incidents.size(), whole + 1) << cut;
    ASSERT_EQ(next->past("radio").attempts, 9u) << cut;
    ASSERT_LE(problems.told().size(), 1u) << problems.all();
    ASSERT_EQ(problems.all().find("corrupt"), std::string::npos) << problems.all();
  }
  EXPECT_FALSE(std::filesystem::exists(path + ".corrupt"));
}

TEST(Journal, ATornRecordIsToldOnce) {
  const JournalFolder folder;
  write_file(folder / "j", header() + record(change(1)) + "{\"crc\":\"12");
  JournalProblems problems;
  Journal(folder / "j", 1000, problems.sink()).note(change(2));
  ASSERT_EQ(problems.told().size(), 1u);
  EXPECT_EQ(problems.told()[0],
            "journal " + folder / "j" +
                ": its last record is incomplete, as a crash leaves it; it is left out");
  EXPECT_EQ(past_at(folder / "j").attempts, 2u);
}

TEST(Journal, CorruptLinesAreToldAndTheDamagedFileIsPutAside) {
  const JournalFolder folder;
  const std::string path = folder / "j";
  const std::string damaged = header() + record(change(1)) + "gremlins\n" + std::string(100, '\0') +
                              '\n' + record(change(2));
  write_file(path, damaged);
  write_file(path + ".corrupt", "of an earlier time");
  JournalProblems problems;
  Journal journal(path, 1000, problems.sink());
  EXPECT_EQ(journal.past("radio").attempts, 2u);
  ASSERT_EQ(problems.told().size(), 1u);
  EXPECT_EQ(problems.told()[0], "journal " + path +
                                    ": 2 corrupt lines; the rest is used, the file as it was is "
                                    "put aside as " +
                                    path + ".corrupt, or with a number behind it");
  EXPECT_TRUE(eventually([&] { return read_file(path + ".corrupt.1") == damaged; }));
  EXPECT_EQ(read_file(path + ".corrupt"), "of an earlier time") << "perhaps of somebody else";
  EXPECT_TRUE(eventually([&] { return read_file(path) == header() + record(change(2)); }));
  journal.note(change(3));
  EXPECT_TRUE(eventually([&] { return read_file(path).ends_with(record(change(3))); }));
}

TEST(Journal, AFileThatIsNoJournalIsLeftAlone) {
  const JournalFolder folder;
  for (const std::string& text :
       {std::string("no newline"), std::string(70000, '\xff'), std::string("{}\n[]\n"),
        std::string("streams:\n  - name: x\n"), std::string("{\"crc\":\"00000000\"}\nmine\n")}) {
    write_file(folder / "j", text);
    JournalProblems problems;
    {
      Journal journal(folder / "j", 1000, problems.sink());
      EXPECT_TRUE(eventually([&] { return !problems.told().empty(); }));
      journal.note(change(1));
    }
    EXPECT_EQ(read_file(folder / "j"), text);
    EXPECT_EQ(problems.told().size(), 1u);
    EXPECT_NE(problems.all().find("no journal; it is left alone"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(folder / "j.corrupt"));
  }
}

TEST(Journal, WhatACrashOfTheMachineEmptiedIsPutAside) {
  const JournalFolder folder;
  write_file(folder / "j", std::string(3, '\0'));
  Journal journal(folder / "j", 1000, {});
  journal.note(change(1));
  EXPECT_TRUE(eventually([&] { return read_file(folder / "j.corrupt") == std::string(3, '\0'); }));
  EXPECT_TRUE(eventually([&] { return read_file(folder / "j") == header() + record(change(1)); }));
}

TEST(Journal, OneOfAnOlderVersionIsReadAndRewritten) {
  const JournalFolder folder;
  for (const std::string& first :
       {std::string(), sealed_line({{"journal", "ffsupervisor"}}) + '\n'}) {
    const std::string path = folder / "j";
    write_file(path, first + record({"radio", full_past()}));
    JournalProblems problems;
    const Journal journal(path, 1000, problems.sink());
    EXPECT_EQ(shown(journal.past("radio")), shown(full_past()));
    EXPECT_TRUE(eventually([&] { return read_file(path).starts_with(header()); }));
    EXPECT_EQ(problems.all(), "");
    EXPECT_FALSE(std::filesystem::exists(path + ".corrupt"));
  }
  EXPECT_EQ(shown(past_at(folder / "j")), shown(full_past()));
}

TEST(Journal, OneOfANewerVersionIsLeftAloneAndUnused) {
  const JournalFolder folder;
  const std::string text = sealed_line({{"journal", "ffsupervisor"}, {"version", 2}}) + '\n' +
                           record(change(1)) + "something new\n";
  write_file(folder / "j", text);
  JournalProblems problems;
  {
    Journal journal(folder / "j", 1000, problems.sink());
    EXPECT_EQ(journal.past("radio").attempts, 0u);
    journal.note(change(2));
    journal.note(change(3));
  }
  EXPECT_EQ(read_file(folder / "j"), text);
  ASSERT_EQ(problems.told().size(), 1u);
  EXPECT_NE(problems.told()[0].find("format 2, expected at most 1"), std::string::npos)
      << problems.all();
}

TEST(Journal, AHundredThousandNotesLeaveABoundedFile) {
  const JournalFolder folder;
  std::size_t largest = 0;
  {
    Journal journal(folder / "j", 100, {});
    for (unsigned i = 1; i <= 100'000; ++i) {
      Journal::Change next = change(i);
      next.now.incidents = {incident(std::to_string(i / 2), i % 2 != 0)};
      journal.note(next);
      if (i % 1000 == 0) largest = std::max(largest, size_of(folder / "j"));
    }
    EXPECT_TRUE(eventually([&] { return size_of(folder / "j") < 512 * 1024; }))
        << size_of(folder / "j");
  }
  EXPECT_LT(largest, 12u << 20);
  const auto next = next_life(folder / "j", 100);
  EXPECT_EQ(next->past("radio").attempts, 100'000u);
  ASSERT_EQ(next->past("radio").incidents.size(), 100u);
  EXPECT_EQ(next->past("radio").incidents[0].id, "50000");
}

TEST(Journal, ManyIncidentsOfManyStreamsDoNotOutgrowTheLimit) {
  const JournalFolder folder;
  Journal::Change large = change(7);
  for (int i = 0; i < 400; ++i) {
    large.now.incidents.push_back(incident(std::to_string(400 - i)));
    large.now.incidents.back().evidence.assign(8, std::string(4000, 'e'));
  }
  {
    Journal journal(folder / "j", 1000, {});
    for (const char* stream : {"a", "b", "c", "d", "e"}) {
      large.stream = stream;
      journal.note(large);
    }
    EXPECT_TRUE(eventually([&] { return size_of(folder / "j") > 10u << 20; }));
    EXPECT_TRUE(eventually([&] { return size_of(folder / "j") <= 25u << 20; }));
  }
  const auto next = next_life(folder / "j", 1000);
  for (const char* stream : {"a", "e"}) {
    EXPECT_EQ(next->past(stream).attempts, 7u);
    ASSERT_GT(next->past(stream).incidents.size(), 100u);
    EXPECT_EQ(next->past(stream).incidents[0].id, "400");  // the oldest went
  }
}

TEST(Journal, WhatIsTooOldToBeReadInFullIsReadFromItsEnd) {
  const JournalFolder folder;
  std::string text = header();
  while (text.size() <= 65u << 20) text += record(change(1)) + std::string(200'000, '\n');
  write_file(folder / "j", text + record(change(2)));
  JournalProblems problems;
  const Journal journal(folder / "j", 1000, problems.sink(), {.limit = 120s});
  EXPECT_EQ(journal.past("radio").attempts, 2u);
  EXPECT_EQ(problems.told().size(), 1u);
  EXPECT_TRUE(eventually([&] { return read_file(folder / "j") == header() + record(change(2)); }));
}

TEST(Journal, ChangesOfOneStreamMergeIntoOneThatSaysTheSame) {
  Journal::Change earlier{"radio", full_past()};
  Journal::Change later = change(8);
  later.now.incidents = {incident("radio-5"), incident("radio-3")};
  JournalState one_by_one(4);
  one_by_one.note(earlier);
  one_by_one.note(later);
  merge(earlier, std::move(later), 4);
  JournalState merged(4);
  merged.note(earlier);
  EXPECT_EQ(shown(merged.persisted_states()["radio"]),
            shown(one_by_one.persisted_states()["radio"]));
  EXPECT_EQ(earlier.now.incidents.size(), 4u);
}

}  // namespace
}  // namespace supervisor
