#include "http/page/page.hpp"

#include <array>
#include <regex>
#include <set>

#include <gtest/gtest.h>
#include <zlib.h>

#include "http/page/asset.hpp"
#include "stage.hpp"

namespace {

constexpr const char* browser = "Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n";

std::string unpacked(const std::string& packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  int result = Z_OK;
  while (result == Z_OK) {
    std::array<char, 4096> bytes;
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_out = bytes.size();
    result = inflate(&stream, Z_NO_FLUSH);
    text.append(bytes.data(), bytes.size() - stream.avail_out);
  }
  EXPECT_EQ(result, Z_STREAM_END);
  inflateEnd(&stream);
  return text;
}

// What src="…", href="…" and import … from "…" of a file lead to below /page/.
std::set<std::string> references(const std::string& text) {
  static const std::regex pattern("(?:src=\"|href=\"|from \"\\./)((?:page/)?[a-z-]+\\.[a-z]+)\"");
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it) {
    const std::string name = (*it)[1];
    found.insert(name.starts_with("page/") ? "/" + name : "/page/" + name);
  }
  return found;
}

TEST(Page, IsForBrowsersAndTheIndexForTheRest) {
  const Stage stage;
  EXPECT_EQ(stage.get("/", browser).headers.at("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(stage.get("/", "Accept: */*\r\n").headers.at("content-type"), "application/json");
  EXPECT_EQ(stage.get("/").headers.at("content-type"), "application/json");
}

TEST(Page, AllItsFilesAreSmallerThan150KilobytesTogether) {
  std::size_t sum = 0;
  for (const http::Asset& asset : http::assets()) sum += asset.packed.size();
  EXPECT_GT(sum, 30u * 1000);
  EXPECT_LT(sum, 150u * 1000);
}

TEST(Page, EachFileComesPackedOrPlainAsTheClientLikes) {
  const Stage stage;
  for (const http::Asset& asset : http::assets()) {
    const auto plain = stage.get(asset.path, browser);
    EXPECT_EQ(plain.status, 200) << asset.path;
    EXPECT_EQ(plain.body.size(), asset.size) << asset.path;
    EXPECT_FALSE(plain.headers.contains("content-encoding"));
    const auto packed =
        stage.get(asset.path, std::string(browser) + "Accept-Encoding: gzip, br\r\n");
    EXPECT_EQ(packed.headers.at("content-encoding"), "gzip") << asset.path;
    EXPECT_EQ(packed.body.size(), asset.packed.size()) << asset.path;
    EXPECT_EQ(unpacked(packed.body), plain.body) << asset.path;
    EXPECT_EQ(packed.headers.at("vary"), "Accept, Accept-Encoding");
  }
}

TEST(Page, WhatIsKnownIsNotSentAgain) {
  const Stage stage;
  RawClient client(stage.port());
  const auto first = client.get("/page/main.js");
  EXPECT_EQ(first.headers.at("cache-control"), "no-cache");
  const std::string etag = first.headers.at("etag");
  client.send("GET /page/main.js HTTP/1.1\r\nHost: t\r\nIf-None-Match: \"x\", W/" + etag +
              "\r\n\r\n");
  const auto again = client.read_reply(true);
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.headers.at("etag"), etag);
  EXPECT_FALSE(again.headers.contains("content-length"));
  EXPECT_EQ(client.get("/page/main.js", "If-None-Match: \"x\"\r\n").status, 200);
}

TEST(Page, NothingButItsOwnFilesMayRunOrBeAsked) {
  const Stage stage;
  for (const char* path : {"/", "/page/main.js", "/page/page.css"}) {
    const std::string policy = stage.get(path, browser).headers.at("content-security-policy");
    EXPECT_TRUE(
        policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'; "
                           "connect-src 'self';"))
        << policy;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
    EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
  }
}

TEST(Page, AllThatItsFilesReferToIsHere) {
  const Stage stage;
  std::set<std::string> reachable, waiting{"/"};
  while (!waiting.empty()) {
    const std::string path = *waiting.begin();
    waiting.erase(waiting.begin());
    if (!reachable.insert(path).second) continue;
    const auto reply = stage.get(path, browser);
    EXPECT_EQ(reply.status, 200) << path;
    if (path == "/page/dygraph.js") continue;
    EXPECT_EQ(reply.body.find("src=\"http"), std::string::npos) << path;
    waiting.merge(references(reply.body));
  }
  for (const http::Asset& asset : http::assets()) {
    EXPECT_TRUE(reachable.contains(std::string(asset.path)) ||
                asset.path == "/page/dygraph-licence.txt")
        << asset.path;
  }
}

TEST(Page, TheChartLibraryComesWithItsLicence) {
  const Stage stage;
  EXPECT_TRUE(stage.get("/page/dygraph.js").body.starts_with("/*! @license"));
  const std::string licence = stage.get("/page/dygraph-licence.txt").body;
  EXPECT_NE(licence.find("Dan Vanderkam"), std::string::npos);
  EXPECT_NE(licence.find("Permission is hereby granted"), std::string::npos);
}

TEST(Page, OtherFilesAndMethodsAreRefused) {
  const Stage stage;
  for (const char* path : {"/page", "/page/", "/page/nothing.js", "/page/../main.js",
                           "/page/index.html", "/page/%6dain.js"}) {
    EXPECT_EQ(stage.get(path, browser).status, 404) << path;
  }
  RawClient client(stage.port());
  client.send("POST /page/main.js HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(client.read_reply().status, 405);
}

}  // namespace
