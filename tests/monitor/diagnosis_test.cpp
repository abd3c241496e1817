#include "monitor/diagnosis.hpp"

#include <cerrno>
#include <csignal>
#include <string>

#include <gtest/gtest.h>

namespace monitor {
namespace {

using namespace std::chrono_literals;

const Instant start = Instant{} + 100h;

const Sign broken_pipe{Cause::sink_lost, true, 100};
const Sign refused{Cause::sink_unreachable, true, 100};
const Sign source_gone{Cause::source_ended, true, 100};
const Sign source_silent_for_long{Cause::source_stalled, true, 100};
const Sign damaged{Cause::source_corrupt, true, 10};
const Sign bad_option{Cause::command_invalid, false, 150};
const Sign full_disk{Cause::host_disk_full, true, 200};

bool proves_wrong(const Evidence& evidence) {
  return permanence(evidence) == Strength::proven;
}

// A life that began to advance after a second and last advanced at `last`.
Evidence advanced_until(Instant last) {
  Evidence evidence;
  evidence.launched_at = start;
  evidence.first_advance = start + 1s;
  evidence.last_advance = last;
  evidence.progress.emplace();
  evidence.progress->frame = 250;
  evidence.progress->total_size_bytes = 1'500'000;
  evidence.progress->out_time = 10s;
  return evidence;
}

Evidence never_advanced() {
  Evidence evidence;
  evidence.launched_at = evidence.last_advance = start;
  return evidence;
}

Evidence with(Evidence evidence, Sign sign, Instant at, std::string text = "text") {
  remember(evidence, {sign, std::move(text), at});
  return evidence;
}

Evidence ended(Evidence evidence, int code) {
  evidence.exit = ExitStatus{.code = code, .signal = {}};
  return evidence;
}

Evidence killed(Evidence evidence, int number) {
  evidence.exit = ExitStatus{.code = {}, .signal = number};
  return evidence;
}

Cause cause(const Evidence& evidence, const std::optional<Fault>& fault = {}) {
  return diagnose(evidence, fault, evidence.last_advance + 1s, true).cause;
}

bool says(const Verdict& verdict, std::string_view words) {
  for (const auto& sentence : verdict.evidence) {
    if (sentence.find(words) != std::string::npos) return true;
  }
  return false;
}

const Fault frozen{Cause::encoder_frozen, true, "No advance for 30 s."};
const Fault slow{Cause::encoder_slow, false, "Speed 0.5."};

TEST(Diagnosis, AFileThatIsMissingIsThisMachines) {
  Sign missing{Cause::source_missing, true, 100};
  EXPECT_FALSE(
      diagnose(ended(with(never_advanced(), missing, start), 1), {}, start, true).is_local);
  missing.is_local = true;
  EXPECT_TRUE(diagnose(ended(with(never_advanced(), missing, start), 1), {}, start, true).is_local);
  const Evidence gone = with(with(never_advanced(), full_disk, start), missing, start);
  EXPECT_FALSE(diagnose(ended(gone, 1), {}, start, true).is_local) << "that is not the cause";
}

TEST(DescribeExit, NamesCodeOrSignal) {
  EXPECT_EQ(describe({.code = 1, .signal = {}}), "exit code 1");
  EXPECT_EQ(describe({.code = {}, .signal = SIGKILL}), "signal 9 (SIGKILL)");
  EXPECT_EQ(describe({.code = {}, .signal = SIGSEGV}), "signal 11 (SIGSEGV)");
  EXPECT_EQ(describe({.code = {}, .signal = SIGRTMIN + 3}),
            "signal " + std::to_string(SIGRTMIN + 3) + " (SIGRTMIN+3)");
}

TEST(Diagnosis, WithoutASignTheWayItEndedDecides) {
  const Evidence evidence = advanced_until(start + 10s);
  EXPECT_EQ(cause(ended(evidence, 0)), Cause::source_ended);
  EXPECT_EQ(cause(ended(evidence, 1)), Cause::encoder_failed);
  EXPECT_EQ(cause(ended(evidence, 255)), Cause::encoder_failed);
  EXPECT_EQ(cause(killed(evidence, SIGSEGV)), Cause::encoder_crashed);
}

TEST(Diagnosis, TheMostTellingSignDecides) {
  Evidence evidence = ended(advanced_until(start + 10s), 1);
  evidence = with(evidence, damaged, start + 9s);
  EXPECT_EQ(cause(evidence), Cause::source_corrupt);
  evidence = with(evidence, broken_pipe, start + 9s);
  EXPECT_EQ(cause(evidence), Cause::sink_lost);
  evidence = with(evidence, full_disk, start + 10s);
  EXPECT_EQ(cause(evidence), Cause::host_disk_full);
}

TEST(Diagnosis, OfEquallyTellingSignsTheFirstDecides) {
  Evidence evidence = ended(advanced_until(start + 10s), 1);
  evidence = with(evidence, source_gone, start + 9s);
  evidence = with(evidence, broken_pipe, start + 10s);
  EXPECT_EQ(cause(evidence), Cause::source_ended);
}

TEST(Diagnosis, NoSignOverrulesADeathByASignal) {
  EXPECT_EQ(cause(with(killed(advanced_until(start + 10s), SIGKILL), broken_pipe, start + 10s)),
            Cause::encoder_crashed);
}

TEST(Diagnosis, ALimitOfAFilesSizeIsTheHosts) {
  const Evidence evidence = killed(advanced_until(start + 10s), SIGXFSZ);
  const Verdict verdict = diagnose(evidence, {}, start + 11s, true);
  EXPECT_EQ(verdict.cause, Cause::host_disk_full);
  EXPECT_TRUE(says(verdict, "limit of a file's size (ulimit -f)"));
}

TEST(Diagnosis, AnEndWithCodeZeroIsTheSourcesUnlessATellingSignSaysMore) {
  const Evidence evidence = ended(advanced_until(start + 10s), 0);
  EXPECT_EQ(cause(with(evidence, damaged, start + 10s)), Cause::source_ended);
  EXPECT_EQ(cause(with(evidence, source_silent_for_long, start + 10s)), Cause::source_stalled);
}

TEST(Diagnosis, TheEndOfACommandThatIsNotFfmpegIsNoSourcesEnd) {
  const Evidence evidence = ended(never_advanced(), 0);
  const Verdict verdict = diagnose(evidence, {}, start + 5s, false);
  EXPECT_EQ(verdict.cause, Cause::encoder_failed);
  ASSERT_EQ(verdict.evidence.size(), 1U);
  EXPECT_EQ(verdict.evidence[0], "The command ended with exit code 0 after 5.0 s.");
}

TEST(Diagnosis, OfACommandWithoutProgressItsAgeTellsWhetherItHadASink) {
  const auto after = [](Duration age) {
    const Evidence evidence = ended(with(never_advanced(), broken_pipe, start + age), 1);
    return diagnose(evidence, {}, start + age, false).cause;
  };
  EXPECT_EQ(after(5s), Cause::sink_lost);
  EXPECT_EQ(after(1s), Cause::sink_rejected);
}

TEST(Diagnosis, ASignTheStreamHasGotOverDoesNotDecide) {
  const Evidence evidence = with(advanced_until(start + 1h), broken_pipe, start + 10s);
  EXPECT_EQ(cause(ended(evidence, 1)), Cause::encoder_failed);
  EXPECT_EQ(cause(evidence, frozen), Cause::encoder_frozen);
}

TEST(Diagnosis, ASignShortlyBeforeAFreezeCountsHoweverLongTheFreezeLasted) {
  const Evidence evidence = with(advanced_until(start + 10s), source_silent_for_long, start + 9s);
  EXPECT_EQ(diagnose(evidence, frozen, start + 10min, true).cause, Cause::source_stalled);
}

TEST(Diagnosis, WordsAboutTheCommandCountOnlyBeforeTheFirstAdvance) {
  EXPECT_EQ(cause(with(ended(never_advanced(), 1), bad_option, start)), Cause::command_invalid);
  EXPECT_EQ(cause(with(ended(advanced_until(start + 10s), 1), bad_option, start + 9s)),
            Cause::encoder_failed);
}

TEST(Diagnosis, WhatIsLostBeforeItWasHadWasNeverReached) {
  const Evidence evidence = ended(never_advanced(), 1);
  EXPECT_EQ(cause(with(evidence, source_gone, start)), Cause::source_unreachable);
  EXPECT_EQ(cause(with(evidence, source_silent_for_long, start)), Cause::source_unreachable);
  EXPECT_EQ(cause(with(evidence, {Cause::sink_stalled, true, 100}, start)),
            Cause::sink_unreachable);
}

TEST(Diagnosis, AServerThatHangsUpAtOnceRejects) {
  EXPECT_EQ(cause(with(ended(never_advanced(), 1), broken_pipe, start)), Cause::sink_rejected);
  const Evidence evidence = ended(advanced_until(start + 10s), 1);
  EXPECT_EQ(cause(with(evidence, broken_pipe, start + 1500ms)), Cause::sink_rejected);
  EXPECT_EQ(cause(with(evidence, broken_pipe, start + 3s)), Cause::sink_lost);
}

TEST(Diagnosis, AFreezeIsTheFaultOfWhomASignNames) {
  const Evidence evidence = advanced_until(start + 10s);
  EXPECT_EQ(cause(evidence, frozen), Cause::encoder_frozen);
  EXPECT_EQ(cause(with(evidence, damaged, start + 10s), frozen), Cause::encoder_frozen);
  EXPECT_EQ(cause(with(evidence, source_gone, start + 10s), frozen), Cause::source_ended);
}

TEST(Diagnosis, AStoppedProcessExplainsItsFreezeItself) {
  Evidence evidence = with(advanced_until(start + 10s), source_gone, start + 10s);
  evidence.sample = ProcessSample{.state = 'T'};
  const Verdict verdict = diagnose(evidence, frozen, start + 40s, true);
  EXPECT_EQ(verdict.cause, Cause::encoder_frozen);
  EXPECT_TRUE(says(verdict, "Process state T (stopped by a signal)."));
}

TEST(Diagnosis, AWarningKeepsItsOwnCause) {
  EXPECT_EQ(cause(with(advanced_until(start + 10s), source_gone, start + 10s), slow),
            Cause::encoder_slow);
}

TEST(Diagnosis, ALaunchThatFailedIsTheHosts) {
  Evidence evidence = never_advanced();
  evidence.spawn_error = ENOENT;
  const Verdict verdict = diagnose(evidence, {}, start, true);
  EXPECT_EQ(verdict.cause, Cause::host_spawn_failed);
  ASSERT_EQ(verdict.evidence.size(), 1U);
  EXPECT_EQ(verdict.evidence[0],
            "The command could not be started: No such file or directory (errno 2).");
}

TEST(Diagnosis, AnExitCodeOfFfmpegsOwnIsExplained) {
  const Evidence evidence = advanced_until(start + 10s);
  EXPECT_EQ(cause(ended(evidence, 228)), Cause::host_disk_full);
  EXPECT_EQ(cause(ended(evidence, 244)), Cause::host_out_of_memory);
  EXPECT_EQ(cause(ended(evidence, 224)), Cause::sink_lost) << "whatever -loglevel hides";
  EXPECT_TRUE(says(diagnose(ended(evidence, 146), {}, start + 11s, true), "connection timed out"));
}

TEST(Diagnosis, TheEvidenceSaysWhatHappenedWhatFfmpegSaidAndTheFigures) {
  Evidence evidence = ended(advanced_until(start + 10s), 1);
  evidence = with(evidence, broken_pipe, start + 10s, "av_interleaved_write_frame(): Broken pipe");
  evidence.sample = ProcessSample{
      .state = 'S', .cpu_percent = 37.4, .cpus_allowed = 2, .rss_bytes = 52'000'000, .threads = 9};
  const Verdict verdict = diagnose(evidence, {}, start + 10500ms, true);
  const std::vector<std::string> wanted{
      "FFmpeg ended with exit code 1 after 10.5 s.",
      "FFmpeg logged: \"av_interleaved_write_frame(): Broken pipe\"",
      "It had put out 250 frames, 00:00:10.00, 1.5 MB, the last 0.5 s before.",
      "Last seen in state S, CPU 37 % of 200 %, 52 MB resident."};
  EXPECT_EQ(verdict.evidence, wanted);
}

TEST(Diagnosis, AFaultsOwnSentenceComesFirst) {
  EXPECT_EQ(diagnose(advanced_until(start), frozen, start, true).evidence.front(), frozen.sentence);
}

TEST(Diagnosis, EvidenceIsBounded) {
  Evidence evidence = ended(never_advanced(), 1);
  for (int i = 0; i < 100; ++i) {
    evidence = with(evidence, refused, start, "line " + std::to_string(i));
  }
  evidence.sample = ProcessSample{};
  EXPECT_LE(diagnose(evidence, {}, start + 1s, true).evidence.size(), evidence_limit);
}

TEST(Permanent, AWrongCommandThatNeverAdvanced) {
  EXPECT_TRUE(proves_wrong(with(ended(never_advanced(), 1), bad_option, start)));
  EXPECT_TRUE(proves_wrong(with(ended(never_advanced(), 0), bad_option, start)));
}

TEST(Permanent, WhicheverOfItsWordsProvesIt) {
  const Sign summary{Cause::command_invalid, true, 150};
  EXPECT_TRUE(proves_wrong(
      with(with(ended(never_advanced(), 1), summary, start, "summary"), bad_option, start)));
}

TEST(Permanent, NotOnceTheStreamHasAdvanced) {
  EXPECT_FALSE(proves_wrong(with(ended(advanced_until(start + 1s), 1), bad_option, start)));
}

TEST(Permanent, NotWhereSomethingElseTellsMore) {
  EXPECT_FALSE(
      proves_wrong(with(with(ended(never_advanced(), 1), bad_option, start), full_disk, start)));
}

TEST(Permanent, NotWithoutTheWordsOrTheEnd) {
  EXPECT_FALSE(proves_wrong(ended(never_advanced(), 1)));
  EXPECT_FALSE(proves_wrong(with(never_advanced(), bad_option, start)));
  EXPECT_FALSE(proves_wrong(with(killed(never_advanced(), SIGKILL), bad_option, start)));
  EXPECT_FALSE(
      proves_wrong(with(ended(never_advanced(), 1), {Cause::command_invalid, true, 150}, start)));
}

TEST(Remember, KeepsTheMostTellingWithinTheLimit) {
  Evidence evidence = never_advanced();
  remember(evidence, {broken_pipe, "the one", start});
  for (int i = 0; i < 100; ++i) remember(evidence, {damaged, std::to_string(i), start});
  ASSERT_EQ(evidence.signs.size(), Evidence::signs_limit);
  EXPECT_EQ(evidence.signs.front().text, "the one");
  EXPECT_EQ(evidence.signs.back().text, "99") << "the newest of the rest";
}

TEST(Remember, FloodsOfOldLeaveRoomForTheNew) {
  Evidence evidence = advanced_until(start + 1s);
  for (int i = 0; i < 100; ++i) remember(evidence, {source_gone, std::to_string(i), start + 1s});
  evidence.last_advance = start + 1h;
  remember(evidence, {damaged, "new", start + 1h});
  ASSERT_EQ(evidence.signs.size(), 1U);
  EXPECT_EQ(evidence.signs.front().text, "new");
}

TEST(Remember, TheSameLineAgainIsKeptOnceAsNew) {
  Evidence evidence = never_advanced();
  for (int i = 0; i < 5; ++i) remember(evidence, {refused, "same", start + i * 1s});
  ASSERT_EQ(evidence.signs.size(), 1U);
  EXPECT_EQ(evidence.signs.front().at, start + 4s);
}

TEST(EndedWell, CodeZeroWithoutAFailureNearTheEndIsAWorkDone) {
  const Instant end = start + 100s;
  EXPECT_TRUE(ended_well(ended(advanced_until(end), 0)));
  EXPECT_TRUE(ended_well(ended(with(advanced_until(end), damaged, end), 0)));
  EXPECT_TRUE(ended_well(ended(with(advanced_until(end), source_gone, start + 5s), 0)));
}

TEST(EndedWell, AFailureIsNotHiddenByCodeZero) {
  const Instant end = start + 100s;
  EXPECT_FALSE(ended_well(ended(with(advanced_until(end), source_gone, end), 0)));
  EXPECT_FALSE(ended_well(ended(with(never_advanced(), bad_option, start), 0)));
}

TEST(EndedWell, AnotherCodeASignalOrALivingProcessHasNotEndedWell) {
  EXPECT_FALSE(ended_well(ended(advanced_until(start + 9s), 1)));
  EXPECT_FALSE(ended_well(killed(advanced_until(start + 9s), SIGTERM)));
  EXPECT_FALSE(ended_well(advanced_until(start + 9s)));
}

}  // namespace
}  // namespace monitor
