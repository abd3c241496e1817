#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervisor/config/config_secrets.hpp"
#include "supervisor/config/load.hpp"

namespace supervisor {
namespace {

constexpr const char* hash = "$2b$05$abcdefghijklmnopqrstuuzA4xlLxT5CBzWLsdDyzNTRrbpIbGcaW";

std::string write(const std::string& name, const std::string& text) {
  const std::string path =
      testing::TempDir() + "config_auth_test." + std::to_string(::getpid()) + name;
  std::ofstream(path, std::ios::trunc) << text;
  return path;
}

Config load(const std::string& auth, const std::string& token = "") {
  Options options;
  options.config_file =
      write("yml", "http: {auth: " + auth + "}\nstreams: [{command: [ffmpeg, -i, in, out]}]\n");
  return load_config(options, [&](const char* name) -> std::optional<std::string> {
    if (name == std::string("FFSUPERVISOR_TOKEN") && !token.empty()) return token;
    return std::nullopt;
  });
}

TEST(Auth, TheTokenIsTheFirstLineOfItsFile) {
  const std::string path = write("token", "a-long-enough-token\r\nanother line\n");
  EXPECT_EQ(load("{bearer_token_file: " + path + "}").http.auth.bearer_token,
            "a-long-enough-token");
}

TEST(Auth, ItsFileMayBeThatOfTheEnvironment) {
  const std::string path = write("token", "FFSUPERVISOR_TOKEN=a-long-enough-token\n");
  EXPECT_EQ(load("{bearer_token_file: " + path + "}").http.auth.bearer_token,
            "a-long-enough-token");
}

TEST(Auth, TheEnvironmentsTokenWins) {
  const std::string path = write("token", "of-the-file-itself\n");
  const Config config = load("{bearer_token_file: " + path + "}", "of-the-environment");
  EXPECT_EQ(config.http.auth.bearer_token, "of-the-environment");
  EXPECT_TRUE(config.warnings.empty());
}

TEST(Auth, ATokenThatCanBeGuessedIsWarnedOf) {
  const Config config = load("{}", "short");
  ASSERT_EQ(config.warnings.size(), 1u);
  EXPECT_EQ(config.warnings[0].find("short "), std::string::npos);
}

TEST(Auth, AFileThatOthersReadIsWarnedOf) {
  const std::string path = write("token", "a-long-enough-token\n");
  ::chmod(path.c_str(), 0644);
  const Config open = load("{bearer_token_file: " + path + "}");
  ASSERT_EQ(open.warnings.size(), 1U);
  EXPECT_NE(open.warnings[0].find("chmod 600"), std::string::npos) << open.warnings[0];
  ::chmod(path.c_str(), 0640);
  EXPECT_TRUE(load("{bearer_token_file: " + path + "}").warnings.empty());
}

TEST(Auth, ATokenThatIsNoneIsRefusedWithoutShowingIt) {
  const std::string path = write("token", "planted with spaces\n");
  for (const auto& [auth, token] :
       {std::pair(std::string("{}"), std::string("planted token")),
        std::pair("{bearer_token_file: " + path + "}", std::string())}) {
    try {
      load(auth, token);
      ADD_FAILURE() << auth;
    } catch (const ConfigError& error) {
      EXPECT_EQ(std::string(error.what()).find("planted"), std::string::npos) << error.what();
    }
  }
}

TEST(Auth, UsersHaveTheirHashHereOrElsewhere) {
  const std::string path = write("hash", std::string(hash) + '\n');
  const Config config = load("{protect: all, basic_users: {alice: " + std::string(hash) +
                             ", \"bob b.\": {file: " + path + "}}}");
  EXPECT_EQ(config.http.auth.protect, http::Protect::all);
  EXPECT_EQ(config.http.auth.basic_users, (http::BasicUsers{{"alice", hash}, {"bob b.", hash}}));
}

TEST(Auth, CheckShowsWhoAndNoSecret) {
  const std::string printed =
      print_config(load("{basic_users: {alice: " + std::string(hash) + "}}", "of-the-environment"));
  EXPECT_NE(printed.find("      alice: \"***\""), std::string::npos) << printed;
  EXPECT_NE(printed.find("    # FFSUPERVISOR_TOKEN: \"***\""), std::string::npos) << printed;
  EXPECT_EQ(printed.find("of-the-environment"), std::string::npos);
  EXPECT_EQ(printed.find(hash), std::string::npos);
  Config again;
  read_yaml_text(print_config(load("{}")), "printed", again);
  EXPECT_TRUE(again.http.auth.basic_users.empty());
}

TEST(Auth, ItsSecretsAreLearnt) {
  Secrets secrets;
  learn_secrets(load("{basic_users: {alice: " + std::string(hash) + "}}", "of-the-environment"),
                secrets);
  EXPECT_EQ(secrets.mask("it is of-the-environment"), "it is ***");
  EXPECT_EQ(secrets.mask(std::string("hash ") + hash), "hash ***");
}

}  // namespace
}  // namespace supervisor
