#include <gtest/gtest.h>

#include "supervisor/config/config_secrets.hpp"
#include "supervisor/config/load.hpp"

namespace supervisor {
namespace {

using namespace std::chrono_literals;
using http::exporters::Headers;
using http::exporters::StatsdFormat;

Config read(const std::string& text) {
  Config config;
  read_yaml_text(text, "f.yml", config, [](const char* name) -> std::optional<std::string> {
    if (name == std::string("URL")) return "https://user:pAssplanted1@host/otlp/";
    if (name == std::string("ADDRESS")) return "statsd:8125";
    if (name == std::string("TOKEN")) return "Bearer t0kenplanted";
    return std::nullopt;
  });
  return config;
}

TEST(Exporters, AreOffByDefault) {
  for (const char* text :
       {"exporters:\n", "exporters: {pushgateway: , statsd: {}, otlp: {url: }}\n",
        "exporters: {pushgateway: {url: \"\"}, statsd: {address: ~}}\n"}) {
    const auto exporters = read(text).exporters;
    EXPECT_EQ(exporters.pushgateway.url + exporters.statsd.address + exporters.otlp.url, "")
        << text;
  }
}

TEST(Exporters, EveryKeyIsTaken) {
  const auto exporters = read(R"(
exporters:
  instance: studio 1
  pushgateway:
    url: http://pushgateway:9091/prefix/
    job: tv
    interval: 1m
    keep: no
    headers: {X-Team: radio, Authorization: {env: TOKEN}}
  statsd: {address: "[::1]:8125", format: plain, prefix: tv., interval: 1s}
  otlp: {url: {env: URL}, service_name: Übertragung, interval: 1h, headers: }
)")
                             .exporters;
  EXPECT_EQ(exporters.instance, "studio 1");
  EXPECT_EQ(exporters.pushgateway.url, "http://pushgateway:9091/prefix/");
  EXPECT_EQ(exporters.pushgateway.job, "tv");
  EXPECT_EQ(exporters.pushgateway.interval, 1min);
  EXPECT_FALSE(exporters.pushgateway.keep);
  EXPECT_EQ(exporters.pushgateway.headers,
            (Headers{{"X-Team", "radio"}, {"Authorization", "Bearer t0kenplanted"}}));
  EXPECT_EQ(exporters.statsd.address, "[::1]:8125");
  EXPECT_EQ(exporters.statsd.format, StatsdFormat::plain);
  EXPECT_EQ(exporters.statsd.prefix, "tv.");
  EXPECT_EQ(exporters.statsd.interval, 1s);
  EXPECT_EQ(exporters.otlp.url, "https://user:pAssplanted1@host/otlp");
  EXPECT_EQ(exporters.otlp.service_name, "Übertragung");
  EXPECT_EQ(exporters.otlp.interval, 1h);
  EXPECT_EQ(exporters.otlp.headers, Headers{});
}

TEST(Exporters, AnAddressMayComeFromTheEnvironment) {
  const Config config = read("exporters: {statsd: {address: {env: ADDRESS}}}\n");
  EXPECT_EQ(config.exporters.statsd.address, "statsd:8125");
  EXPECT_EQ(config.origins.at("exporters.statsd.address"), Origin::environment);
}

TEST(Exporters, CheckShowsNoSecretOfTheirs) {
  Config config = read(R"(
exporters:
  pushgateway: {url: "http://host", headers: {Authorization: {env: TOKEN}}}
)");
  config.exporters.otlp.url = "https://user:pAssplanted1@host/otlp";
  config.exporters.pushgateway.url = "http://user:pAssplanted1@host:9091";
  const std::string text = print_config(config);
  EXPECT_EQ(text.find("planted"), std::string::npos) << text;
  EXPECT_NE(text.find("http://user:***@host:9091"), std::string::npos) << text;
  EXPECT_NE(text.find("Authorization: \"***\""), std::string::npos) << text;
  EXPECT_NE(text.find("# environment"), std::string::npos) << text;
}

TEST(Exporters, TheirSecretsAreLearnt) {
  Config config = read("exporters: {otlp: {url: {env: URL}, headers: {X-A: {env: TOKEN}}}}\n");
  Secrets secrets;
  learn_secrets(config, secrets);
  const std::string masked = secrets.mask("it says pAssplanted1 and t0kenplanted");
  EXPECT_EQ(masked, "it says *** and ***");
}

}  // namespace
}  // namespace supervisor
