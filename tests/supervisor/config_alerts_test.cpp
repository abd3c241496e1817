#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervisor/config/load.hpp"

namespace supervisor {
namespace {

using recovery::alerts::Template;
using Headers = std::vector<std::pair<std::string, std::string>>;

const Environment environment = [](const char* name) -> std::optional<std::string> {
  const std::map<std::string, std::string> variables{{"URL", "https://host/from/environment"},
                                                     {"EMPTY", ""},
                                                     {"TOKEN", "Bearer planted"},
                                                     {"TWO_LINES", "planted\nplanted"},
                                                     {"NO_URL", "planted"}};
  const auto found = variables.find(name);
  return found == variables.end() ? std::nullopt : std::optional(found->second);
};

Config read(const std::string& text) {
  Config config;
  read_yaml_text(text, "f.yml", config, environment);
  return config;
}

std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

std::string written_file(const std::string& content) {
  static int count = 0;
  const std::string path = testing::TempDir() + "config_alerts_test_" + std::to_string(getpid()) +
                           '_' + std::to_string(++count);
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

std::string webhook_url(const std::string& value) {
  return read("alerts: {webhooks: [{url: " + value + "}]}\n").alerts.webhooks.at(0).url;
}

std::string error_of_url(const std::string& value) {
  return error_of("alerts: {webhooks: [{url: " + value + "}]}\n");
}

TEST(Alerts, AfterIsADurationOrNever) {
  EXPECT_EQ(Config().alerts.after, std::chrono::minutes(2));
  EXPECT_EQ(read("alerts: {after: 90s}\n").alerts.after, std::chrono::seconds(90));
  EXPECT_FALSE(read("alerts: {after: never}\n").alerts.after);
  for (const char* wrong : {"0", "soon", "8d"}) {
    const std::string error = error_of(std::string("alerts: {after: ") + wrong + "}\n");
    EXPECT_NE(error.find("f.yml:1: alerts.after: "), std::string::npos) << error;
    EXPECT_NE(error.find(", or never"), std::string::npos) << error;
  }
}

TEST(Alerts, TemplatesForTelephonesAreTaken) {
  const Config config = read(
      "alerts: {webhooks: [{url: \"https://ntfy.sh/radio\", template: ntfy}, "
      "{url: \"https://api.telegram.org/bot1:x/sendMessage?chat_id=-5\", template: telegram}]}\n");
  EXPECT_EQ(config.alerts.webhooks.at(0).body, Template::ntfy);
  EXPECT_EQ(config.alerts.webhooks.at(1).body, Template::telegram);
}

TEST(Alerts, AWebHookMayBeItsUrlAloneAndItsHostTellsTheTemplate) {
  const Config config = read(
      "alerts:\n  webhooks:\n"
      "    - https://hooks.slack.com/services/T/B/K\n"
      "    - {env: URL}\n"
      "    - https://canary.discord.com/api/webhooks/1/x\n"
      "    - https://ntfy.sh/radio\n"
      "    - {url: https://ntfy.sh/radio, template: generic}\n"
      "    - https://hooks.slack.com.example.org/x\n");
  ASSERT_EQ(config.alerts.webhooks.size(), 6u);
  EXPECT_EQ(config.alerts.webhooks[0].url, "https://hooks.slack.com/services/T/B/K");
  EXPECT_EQ(config.alerts.webhooks[0].body, Template::slack);
  EXPECT_EQ(config.alerts.webhooks[1].url, "https://host/from/environment");
  EXPECT_EQ(config.origins.at("alerts.webhooks[1].url"), Origin::environment);
  EXPECT_EQ(config.alerts.webhooks[2].body, Template::discord);
  EXPECT_EQ(config.alerts.webhooks[3].body, Template::ntfy);
  EXPECT_EQ(config.alerts.webhooks[4].body, Template::generic) << "what is said wins";
  EXPECT_EQ(config.alerts.webhooks[5].body, Template::generic) << "another host";
}

TEST(Alerts, EveryKeyIsTaken) {
  const Config config = read(R"(
alerts:
  alertmanager:
    - http://alertmanager:9093
    - https://user:pa%20ss@[::1]/prefix/
  webhooks:
    - url: https://hooks.slack.com/services/T0/B0/x
      template: slack
      headers: {X-Team: radio, Authorization: "Bearer a b"}
    - {url: "https://discord.com/api/webhooks/1/x", template: discord}
    - {url: HTTP://host, template: generic, headers: {}}
    - {url: "http://host:65535/?a=b#c", headers: }
  command: [/bin/page, --team, "", null]
)");
  EXPECT_EQ(
      config.alerts.alertmanager,
      (std::vector<std::string>{"http://alertmanager:9093", "https://user:pa%20ss@[::1]/prefix/"}));
  ASSERT_EQ(config.alerts.webhooks.size(), 4u);
  const auto& slack = config.alerts.webhooks[0];
  EXPECT_EQ(slack.url, "https://hooks.slack.com/services/T0/B0/x");
  EXPECT_EQ(slack.body, Template::slack);
  EXPECT_EQ(slack.headers, (Headers{{"X-Team", "radio"}, {"Authorization", "Bearer a b"}}));
  EXPECT_EQ(config.alerts.webhooks[1].body, Template::discord);
  EXPECT_EQ(config.alerts.webhooks[2].url, "HTTP://host");
  EXPECT_EQ(config.alerts.webhooks[2].body, Template::generic);
  EXPECT_EQ(config.alerts.webhooks[3].body, Template::generic);
  EXPECT_EQ(config.alerts.webhooks[3].url, "http://host:65535/?a=b#c");
  EXPECT_EQ(config.alerts.command, (std::vector<std::string>{"/bin/page", "--team", "", "null"}));
  EXPECT_EQ(config.origins.at("alerts.webhooks[0].headers.X-Team"), Origin::file);
  EXPECT_EQ(config.places.at("alerts.webhooks[0].template"), "f.yml:8");
  EXPECT_EQ(config.places.at("alerts.alertmanager[1]"), "f.yml:5");
}

TEST(Alerts, SixteenReceiversOfAKindAreTaken) {
  std::string urls, hooks;
  for (int i = 0; i < 16; ++i) {
    urls += "\"http://h\", ";
    hooks += "{url: \"http://h\"}, ";
  }
  const Config config = read("alerts: {alertmanager: [" + urls + "], webhooks: [" + hooks + "]}\n");
  EXPECT_EQ(config.alerts.alertmanager.size(), 16u);
  EXPECT_EQ(config.alerts.webhooks.size(), 16u);
}

TEST(Alerts, ASecretComesFromAVariable) {
  const Config config = read(
      "alerts:\n  alertmanager: [{env: URL}]\n"
      "  webhooks: [{url: {env: URL}, headers: {Authorization: {env: TOKEN}}}]\n");
  EXPECT_EQ(config.alerts.alertmanager.at(0), "https://host/from/environment");
  EXPECT_EQ(config.alerts.webhooks.at(0).url, "https://host/from/environment");
  EXPECT_EQ(config.alerts.webhooks[0].headers, (Headers{{"Authorization", "Bearer planted"}}));
  EXPECT_EQ(config.origins.at("alerts.webhooks[0].url"), Origin::environment);
  EXPECT_EQ(config.places.at("alerts.webhooks[0].headers.Authorization"),
            "environment variable TOKEN");
}

TEST(Alerts, ASecretIsTheFirstLineOfAFile) {
  const std::string url = "https://host/from/file";
  for (const std::string& content : {url, url + "\n", url + "\r\n", url + "\n\nanother line\n",
                                     url + "\n" + std::string(8000, 'x')}) {
    EXPECT_EQ(webhook_url("{file: " + written_file(content) + "}"), url);
  }
  const std::string longest = url + '/' + std::string(8192 - url.size() - 1, 'x');
  EXPECT_EQ(webhook_url("{file: " + written_file(longest) + "}"), longest);
}

TEST(Alerts, AFileThatHoldsNoSecretIsNamed) {
  const std::string empty = written_file(""), blank = written_file("\nhttps://host/planted\n"),
                    large = written_file(std::string(8193, 'x')),
                    binary = written_file(std::string("https://host/planted\0x", 22));
  EXPECT_EQ(error_of_url("{file: " + empty + "}"),
            "f.yml:1: alerts.webhooks[0].url: the first line of \"" + empty +
                "\" is empty, expected a secret in it");
  EXPECT_EQ(error_of_url("{file: " + blank + "}"),
            "f.yml:1: alerts.webhooks[0].url: the first line of \"" + blank +
                "\" is empty, expected a secret in it");
  EXPECT_EQ(error_of_url("{file: " + large + "}"),
            "f.yml:1: alerts.webhooks[0].url: \"" + large +
                "\" is larger than 8 KiB, expected a secret in its first line");
  EXPECT_EQ(error_of_url("{file: " + binary + "}"),
            "f.yml:1: alerts.webhooks[0].url: in \"" + binary +
                "\": found a space or a control character, expected an http:// or https:// URL "
                "such as https://host/path");
  EXPECT_EQ(error_of_url("{file: /dev/zero}"),
            "f.yml:1: alerts.webhooks[0].url: \"/dev/zero\" is larger than 8 KiB, expected a "
            "secret in its first line");
}

TEST(Alerts, AFileThatMayNotBeReadIsNamed) {
  const std::string path = written_file("https://host/planted");
  chmod(path.c_str(), 0);
  const uid_t user = geteuid();
  if (user == 0 && seteuid(65534) != 0) FAIL();  // root reads everything
  const std::string error = error_of_url("{file: " + path + "}");
  if (user == 0 && seteuid(0) != 0) FAIL();
  EXPECT_EQ(error,
            "f.yml:1: alerts.webhooks[0].url: \"" + path + "\" cannot be read: Permission denied");
}

TEST(Alerts, AVariableThatHoldsNoSecretIsNamedWithoutItsValue) {
  EXPECT_EQ(error_of_url("{env: EMPTY}"),
            "f.yml:1: alerts.webhooks[0].url: environment variable \"EMPTY\" is not set, expected "
            "a secret in it");
  EXPECT_EQ(error_of_url("{env: NO_URL}"),
            "f.yml:1: alerts.webhooks[0].url: in environment variable \"NO_URL\": found a text "
            "that does not begin with http:// or https://, expected an http:// or https:// URL "
            "such as https://host/path");
  EXPECT_EQ(error_of("alerts: {webhooks: [{url: \"http://h\", headers: {A: {env: TWO_LINES}}}]}\n"),
            "f.yml:1: alerts.webhooks[0].headers.A: in environment variable \"TWO_LINES\": found a "
            "line end or another control character, expected one line");
}

TEST(Alerts, SecretsAreLeftAloneByThoseWhoDoNotNeedThem) {
  Config config;
  read_yaml_text(
      "http: {listen: \":1\"}\n"
      "alerts: {webhooks: [{url: {file: /nowhere}, headers: {A: {env: NOT_SET}}}]}\n",
      "f.yml", config);
  EXPECT_EQ(config.http.port, 1);
  EXPECT_EQ(config.alerts.webhooks.at(0).url, "");
}

TEST(Alerts, TooManyOrTooLargeHeadersAreRefused) {
  std::string headers;
  for (int i = 0; i < 33; ++i) headers += "H" + std::to_string(i) + ": a, ";
  EXPECT_EQ(error_of("alerts: {webhooks: [{url: \"http://h\", headers: {" + headers + "}}]}\n"),
            "f.yml:1: alerts.webhooks[0].headers: found 33 headers, expected at most 32");
  const auto with_value = [](std::size_t size) {
    return "alerts: {webhooks: [{url: \"http://h\", headers: {A: " + std::string(size, 'b') +
           "}}]}\n";
  };
  EXPECT_EQ(error_of(with_value(8192)), "no error");
  EXPECT_EQ(error_of(with_value(8193)),
            "f.yml:1: alerts.webhooks[0].headers.A: found 8193 bytes, expected at most 8192");
  const auto with_name = [](std::size_t size) {
    return "alerts: {webhooks: [{url: \"http://h\", headers: {" + std::string(size, 'N') +
           ": a}}]}\n";
  };
  EXPECT_EQ(error_of(with_name(128)), "no error");
  EXPECT_NE(error_of(with_name(129)), "no error");
}

TEST(Alerts, SecretsInWrongPlacesAreNotShown) {
  for (const std::string& text : std::vector<std::string>{
           "alerts: {webhooks: [{url: host/planted}]}", "alerts: {webhooks: [[https://h/planted]]}",
           "alerts: {webhooks: [{url: [https://h/planted]}]}",
           "alerts: {webhooks: [{url: \"https://h/planted planted\"}]}",
           "alerts: {webhooks: [{url: \"https://h/<planted>\"}]}",
           "alerts: {webhooks: [{url: \"http://h\", headers: {A: [planted]}}]}",
           "alerts: {webhooks: [{url: \"http://h\", headers: [planted]}]}",
           "alerts: {webhooks: [{url: {env: \"Bearer planted\"}}]}",
           "alerts: {webhooks: [{url: {file: \"https://h/planted\"}}]}",
           "alerts: {webhooks: {url: planted}}", "alerts: {webhooks: planted}",
           "alerts: {alertmanager: planted}", "alerts: {alertmanager: [\"u:planted@h\"]}",
           "alerts: {command: planted | x}", "alerts: {command: [a, [planted]]}"}) {
    const std::string error = error_of(text);
    EXPECT_NE(error, "no error") << text;
    EXPECT_EQ(error.find("planted"), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace supervisor
