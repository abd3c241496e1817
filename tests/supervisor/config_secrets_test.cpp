#include "supervisor/config/config_secrets.hpp"

#include <gtest/gtest.h>

namespace supervisor {
namespace {

Secrets secrets_of(const Config& config) {
  Secrets secrets;
  learn_secrets(config, secrets);
  return secrets;
}

Config with_webhook(const std::string& url,
                    std::vector<std::pair<std::string, std::string>> headers = {}) {
  Config config;
  config.alerts.webhooks = {{url, recovery::alerts::Template::generic, std::move(headers)}};
  return config;
}

TEST(ConfigSecrets, AWebhooksPathAndItsTokensAreSecret) {
  const Secrets secrets = secrets_of(
      with_webhook("https://hooks.slack.com/services/T0AB/B0CD/pLaNtEdToKeN0123456789?thread=7"));
  EXPECT_EQ(secrets.mask("POST https://hooks.slack.com/services/T0AB/B0CD/"
                         "pLaNtEdToKeN0123456789?thread=7 failed"),
            "POST *** failed");
  EXPECT_EQ(secrets.mask("POST /services/T0AB/B0CD/pLaNtEdToKeN0123456789?thread=7 failed"),
            "POST *** failed");
  EXPECT_EQ(secrets.mask("no hook pLaNtEdToKeN0123456789 here"), "no hook *** here");
  EXPECT_EQ(secrets.mask("connect hooks.slack.com: refused"), "connect hooks.slack.com: refused");
}

TEST(ConfigSecrets, AWebhookWithoutAPathHidesNoOrdinaryText) {
  for (const char* url : {"http://host", "http://host/", "http://host:8080"}) {
    const std::string text = "GET / of http://host:8080 is http at host/";
    EXPECT_EQ(secrets_of(with_webhook(url)).mask(text), text) << url;
  }
}

TEST(ConfigSecrets, HeaderValuesAreSecretWithAndWithoutTheirScheme) {
  const Secrets secrets = secrets_of(with_webhook(
      "http://host", {{"Authorization", "Bearer pLaNtEd12"}, {"X-Team", "pLaNtEd34"}}));
  EXPECT_EQ(secrets.mask("a Bearer pLaNtEd12 b pLaNtEd12 c pLaNtEd34"), "a *** b *** c ***");
}

TEST(ConfigSecrets, UserinfoIsSecretWhereverAUrlMayStand) {
  Config config = with_webhook("https://u:pLaNtEd1@host/");
  config.alerts.alertmanager = {"http://u:pLaNtEd2@host:9093"};
  config.alerts.command = {"page", "--password", "pLaNtEd3"};
  config.streams.resize(2);
  config.streams[1].command = {"ffmpeg", "-i", "http://u:pLaNtEd4@host/a"};
  config.streams[1].fallback = {"ffmpeg", "-i", "loop", "rtmp://host/live/pLaNtEd5"};
  config.streams[1].source_url = "http://host/a?token=pLaNtEd6";
  config.streams[1].rtmp_endpoint = "rtmp://host/live/pLaNtEd7";
  config.streams[1].sink.url = "http://u:pLaNtEd8@host/stat";
  config.dependencies = {
      {"web", monitor::probes::Dependency::Kind::http, "https://u:pLaNtEd9@host/status"}};
  const Secrets secrets = secrets_of(config);
  for (int i = 1; i <= 9; ++i) {
    EXPECT_EQ(secrets.mask("a pLaNtEd" + std::to_string(i) + " b"), "a *** b");
  }
  EXPECT_EQ(secrets.mask("dTpwTGFOdEVkMg=="), "***");  // as Basic authorisation
  EXPECT_EQ(secrets.mask("ffmpeg -i loop ended"), "ffmpeg -i loop ended");
}

TEST(ConfigSecrets, AWebhookIsShownAsItsHost) {
  EXPECT_EQ(masked_webhook("https://hooks.slack.com/services/T/B/x"),
            "https://hooks.slack.com/***");
  EXPECT_EQ(masked_webhook("https://host:1?planted"), "https://host:1/***");
  EXPECT_EQ(masked_webhook("http://u:planted@host/planted"), "http://u:***@host/***");
  EXPECT_EQ(masked_webhook("http://host:8080"), "http://host:8080");
  EXPECT_EQ(masked_webhook("http://host/"), "http://host/");
  EXPECT_EQ(masked_webhook(""), "");
}

}  // namespace
}  // namespace supervisor
