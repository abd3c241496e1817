#include <algorithm>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "alert_dispatcher_stand.hpp"
#include "supervisor/alerts/answer_words.hpp"
#include "supervisor/alerts/page_address.hpp"
#include "supervisor/command_line/alert_test_command.hpp"

namespace supervisor {
namespace {

const std::string ok = AlertReceiver::status("200 OK");
const Environment no_environment = [](const char*) -> std::optional<std::string> { return {}; };

// What `ffsupervisor alert-test` does with these `alerts`.
struct CommandRun {
  explicit CommandRun(const std::string& alerts,
                      const std::string& streams = "{name: radio, command: [ffmpeg, -i, in, o]}") {
    const std::string path = testing::TempDir() + "alert_test_" + std::to_string(getpid()) + ".yml";
    std::ofstream(path) << "alerts: " << alerts << "\nstreams: [" << streams << "]\n";
    Options options;
    options.mode = Options::Mode::alert_test;
    options.config_file = path;
    exit_code = run_alert_test(options, no_environment, out, err);
  }
  int exit_code = -1;
  std::ostringstream out, err;
};

TEST(AlertTestCommand, EachReceiverGetsAMarkedTestAndWhatItSaidIsPrinted) {
  const AlertReceiver good(ok), bad(AlertReceiver::status("403 Forbidden"));
  const CommandRun run("{webhooks: [{url: '" + good.url("/s3cret") + "'}, {url: '" +
                       bad.url("/hidden") +
                       "', template: slack}], command: [sh, -c, 'cat; exit 3']}");
  EXPECT_EQ(run.exit_code, 1);
  const std::string out = run.out.str();
  EXPECT_NE(out.find("generic (http://127.0.0.1:"), std::string::npos) << out;
  EXPECT_NE(out.find("): accepted\n"), std::string::npos) << out;
  EXPECT_NE(out.find("answered 403 Forbidden: ok\n"), std::string::npos) << out;
  EXPECT_NE(out.find("command: alerts.command (sh) ended with code 3\n"), std::string::npos) << out;
  EXPECT_EQ(out.find("s3cret"), std::string::npos) << out;
  ASSERT_EQ(good.requests().size(), 1U);
  EXPECT_NE(good.requests()[0].body.find("\"test\":true"), std::string::npos)
      << good.requests()[0].body;
  EXPECT_NE(bad.requests().at(0).body.find("TEST: ffsupervisor on "), std::string::npos);
  EXPECT_NE(run.err.str().find("nothing is wrong"), std::string::npos) << run.err.str();
}

// As Telegram says it; a secret that is repeated is none any more.
TEST(AlertTestCommand, TheReceiversOwnWordsArePrinted) {
  const std::string body =
      R"({"ok":false,"error_code":400,"description":"Bad Request: chat not found \u202e)"
      R"(/s3cret-path-of-it"})";
  const AlertReceiver bad("HTTP/1.1 400 Bad Request\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n\r\n" + body);
  const CommandRun run("{webhooks: ['" + bad.url("/s3cret-path-of-it") + "']}");
  EXPECT_NE(run.out.str().find("answered 400 Bad Request: Bad Request: chat not found \\u{202e}"),
            std::string::npos)
      << run.out.str();
  EXPECT_EQ(run.out.str().find("s3cret"), std::string::npos) << run.out.str();
}

TEST(AnswerWords, AreTheMessageOfJsonOrTheFirstLineAndNoPage) {
  EXPECT_EQ(answer_words(R"({"message":"Unknown Webhook","code":10015})"), "Unknown Webhook");
  EXPECT_EQ(answer_words(R"({"error":{"message":"no"}})"), "no");
  EXPECT_EQ(answer_words(R"({"errors":["first","second"]})"), "first");
  EXPECT_EQ(answer_words(R"({"ok":false})"), "");
  EXPECT_EQ(answer_words("\r\n invalid_token \nmore"), "invalid_token");
  EXPECT_EQ(answer_words("<html>no</html>"), "");
  EXPECT_LE(answer_words(std::string(100'000, 'a')).size(), 4096U);
  EXPECT_LE(shown_answer(std::string(4096, 'a'), Secrets()).size(), 400U);
}

TEST(AlertTestCommand, WithoutAFileItSaysWhereReceiversStand) {
  std::ostringstream out, err;
  const char* const words[] = {"ffsupervisor", "alert-test"};
  EXPECT_EQ(run_alert_test(parse_options(2, words), no_environment, out, err), 2);
  EXPECT_NE(err.str().find("--config FILE"), std::string::npos) << err.str();
}

TEST(AlertTestCommand, AllThatAcceptedIsSuccess) {
  const AlertReceiver receiver(ok);
  const CommandRun run("{webhooks: [{url: '" + receiver.url("/") + "'}]}");
  EXPECT_EQ(run.exit_code, 0) << run.out.str() << run.err.str();
}

// As of docker/ffsupervisor.yml: the command stands on the command line of another process.
TEST(AlertTestCommand, AFileOfSettingsAloneIsEnough) {
  const AlertReceiver receiver(ok);
  const CommandRun run("{webhooks: [{url: '" + receiver.url("/") + "'}]}",
                       "{monitor: {freeze_timeout: 5s}}");
  EXPECT_EQ(run.exit_code, 0) << run.out.str() << run.err.str();
}

TEST(AlertTestCommand, WithoutAReceiverItSaysWhereToSetOne) {
  const CommandRun run("{}");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_NE(run.err.str().find("alerts.webhooks"), std::string::npos) << run.err.str();
}

TEST(AlertDispatcherTest, ATestIsNoAlertAndOnlyOneIsUnderWay) {
  const AlertReceiver receiver(ok);
  DispatcherStand stand(hook_to(receiver));
  std::vector<http::Outcome> answers;
  const auto take = [&](http::Outcome outcome) { answers.push_back(std::move(outcome)); };
  stand.dispatcher->test(take);
  stand.dispatcher->test(take);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].status, 409U);
  ASSERT_TRUE(stand.until([&] { return answers.size() == 2; }));
  EXPECT_EQ(answers[1].status, 200U);
  EXPECT_EQ(answers[1].message, "1 of 1 receivers accepted the test");
  EXPECT_EQ(stand.count(0, recovery::alerts::Outcome::delivered), 0U) << "it is not counted";
  stand.dispatcher->test(take);
  ASSERT_TRUE(stand.until([&] { return answers.size() == 3; })) << "another one may follow";
}

TEST(AlertDispatcherTest, WithoutReceiversThereIsNothingToTest) {
  DispatcherStand stand(Settings{});
  unsigned status = 0;
  stand.dispatcher->test([&](const http::Outcome& outcome) { status = outcome.status; });
  EXPECT_EQ(status, 409U);
}

TEST(PageAddress, IsThePublicUrlElseTheAddress) {
  http::Settings http;
  http.address = "192.0.2.7";
  EXPECT_EQ(page_address(http), "http://192.0.2.7:9090");
  http.address = "2001:db8::7";
  http.tls.certificate = "cert.pem";
  EXPECT_EQ(page_address(http), "https://[2001:db8::7]:9090");
  http.public_url = "https://radio.example.org/live/";
  EXPECT_EQ(page_address(http), "https://radio.example.org/live");
}

TEST(PageAddress, OfEveryAddressIsTheMachinesName) {
  const std::string address = page_address(http::Settings());
  EXPECT_EQ(address.find("http://"), 0U) << address;
  EXPECT_EQ(address.find("0.0.0.0"), std::string::npos) << address;
  http::Settings any_port;
  any_port.port = 0;
  EXPECT_EQ(page_address(any_port), "");
}

}  // namespace
}  // namespace supervisor
