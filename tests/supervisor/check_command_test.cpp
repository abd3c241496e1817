#include "supervisor/command_line/check_command.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace supervisor {
namespace {

struct Result {
  int code;
  std::string out, err;
};

Result check(const Options& options) {
  std::ostringstream out, err;
  const int code = run_check(
      options,
      [](const char* name) -> std::optional<std::string> {
        if (name == std::string("PATH")) return "/usr/bin:/bin";
        if (name == std::string("AZURACAST_API_KEY")) return "planted";
        return std::nullopt;
      },
      out, err);
  return {code, out.str(), err.str()};
}

Options with_command(std::vector<std::string> command) {
  Options options;
  options.command = std::move(command);
  return options;
}

TEST(Check, AGoodConfigurationIsPrintedAndReadBack) {
  const Result result = check(with_command({"sh", "-c", "true"}));
  EXPECT_EQ(result.code, 0);
  Config again;
  read_yaml_text(result.out, "printed", again);
  EXPECT_EQ(again.streams.at(0).command, (std::vector<std::string>{"sh", "-c", "true"}));
}

TEST(Check, WarningsGoToTheOtherStreamWithoutSecrets) {
  const Result result = check(with_command({"sh", "-c", "true"}));
  EXPECT_NE(result.err.find("warning: environment variable AZURACAST_API_KEY is set, but no"),
            std::string::npos)
      << result.err;
  EXPECT_EQ((result.err + result.out).find("planted"), std::string::npos);
}

TEST(Check, AProgramThatIsNotHereIsAWarningOnly) {
  const Result missing = check(with_command({"no-such-ffmpeg", "-i", "x", "y"}));
  EXPECT_EQ(missing.code, 0);
  EXPECT_NE(missing.err.find("\"no-such-ffmpeg\": not found on this machine"), std::string::npos)
      << missing.err;
  const Result directory = check(with_command({"/usr/bin"}));
  EXPECT_EQ(directory.code, 0);
  EXPECT_NE(directory.err.find("\"/usr/bin\": cannot be executed on this machine"),
            std::string::npos)
      << directory.err;
  EXPECT_EQ(check(with_command({"sh"})).err.find("this machine"), std::string::npos);
}

TEST(Check, AWrongConfigurationEndsWith2AndPrintsNothing) {
  Options options = with_command({"ffmpeg"});
  options.listen = "x";
  const Result result = check(options);
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("ffsupervisor: --listen: found \"x\""), std::string::npos)
      << result.err;
}

TEST(Check, AProgressOptionOfTheUsersOwnEndsWith2) {
  const Result result = check(with_command({"ffmpeg", "-progress", "p.log", "-i", "in", "out"}));
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("-progress"), std::string::npos) << result.err;
}

TEST(Check, TheStreamKeyIsMasked) {
  const Result result =
      check(with_command({"ffmpeg", "-i", "in", "-f", "flv", "rtmp://host/live/planted"}));
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ((result.out + result.err).find("planted"), std::string::npos) << result.out;
}

Options with_file(const std::string& text) {
  const std::string path = testing::TempDir() + "check_test_" + std::to_string(getpid()) + ".yml";
  std::ofstream(path) << text;
  Options options;
  options.config_file = path;
  return options;
}

TEST(Check, AFallbackThatCannotBeSupervisedIsNamed) {
  const Result result = check(
      with_file("streams: [{command: [sh], fallback: [ffmpeg, -progress, p.log, -i, in, out]}]\n"));
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("ffsupervisor: stream radio: fallback: the command has a -progress"),
            std::string::npos)
      << result.err;
}

TEST(Check, WarningsNameTheCommandTheyAreAbout) {
  const Result result =
      check(with_file("alerts: {command: [no-such-pager]}\n"
                      "streams: [{command: [sh], fallback: [no-such-ffmpeg, -i, in, out]}]\n"));
  EXPECT_EQ(result.code, 0);
  for (const char* line : {"warning: stream radio: fallback: \"no-such-ffmpeg\": not found",
                           "warning: alerts.command: \"no-such-pager\": not found"}) {
    EXPECT_NE(result.err.find(line), std::string::npos) << result.err;
  }
}

TEST(Check, AReferenceThatLeadsNowhereEndsWith2) {
  const Result result =
      check(with_file("alerts: {webhooks: [{url: {env: NO_SUCH_HOOK}}]}\n"
                      "streams: [{command: [sh]}]\n"));
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("environment variable \"NO_SUCH_HOOK\" is not set"), std::string::npos)
      << result.err;
}

TEST(Check, TheSecretsOfAlertsAreMasked) {
  const Result result =
      check(with_file("alerts:\n"
                      "  alertmanager: [\"http://u:planted@host\"]\n"
                      "  webhooks: [{url: \"http://host/planted\", headers: {X: planted}}]\n"
                      "  command: [sh, --password, planted]\n"
                      "streams: [{command: [sh], fallback: [sh, \"rtmp://host/a/planted\"]}]\n"));
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ((result.out + result.err).find("planted"), std::string::npos) << result.out;
}

}  // namespace
}  // namespace supervisor
