#include "http/framing.hpp"

#include <gtest/gtest.h>

#include "http/host_field.hpp"
#include "stage.hpp"

namespace {

using http::RequestHead;

unsigned status_of(const RequestHead& head) {
  const auto refusal = http::refusal_of(head);
  return refusal ? refusal->status : 200;
}

RequestHead coded(std::initializer_list<const char*> codings, bool is_chunked = false) {
  RequestHead head{11, "/", {{"Host", "t"}}, is_chunked};
  for (const char* coding : codings) head.fields.emplace_back("transfer-ENCODING", coding);
  return head;
}

TEST(Framing, ABodyEndsWhereItsLastCodingIsChunkedAndNothingElse) {
  EXPECT_EQ(status_of(coded({"chunked"}, true)), 200U);
  EXPECT_EQ(status_of(coded({" Chunked\t"}, true)), 200U);
  for (const char* coding : {"", " ", ",", "gzip", "identity", "chunked, identity", "chunked,gzip",
                             "xchunked", "chunkedx", "chunked;q=1", "\"chunked\"", "chunk ed"}) {
    EXPECT_EQ(status_of(coded({coding})), 400U) << coding;
  }
  EXPECT_EQ(status_of(coded({"chunked", "identity"})), 400U);
  EXPECT_EQ(status_of(coded({"chunked, chunked"}, true)), 400U);
  EXPECT_EQ(status_of(coded({"chunked", "chunked"}, true)), 400U);
}

TEST(Framing, ACodingThatNobodyHereKnowsIsSaidToBeOne) {
  EXPECT_EQ(status_of(coded({"gzip, chunked"}, true)), 501U);
  EXPECT_EQ(status_of(coded({"gzip", "chunked"}, true)), 501U);
}

TEST(Framing, WhatTheParserReadsOtherwiseIsRefused) {
  EXPECT_EQ(status_of(coded({"chunked"}, false)), 400U);
}

TEST(Framing, Http10HasNoTransferCoding) {
  RequestHead head = coded({"chunked"}, true);
  head.version = 10;
  EXPECT_EQ(status_of(head), 400U);
}

TEST(Framing, EachRequestOfHttp11NamesOneHost) {
  EXPECT_EQ(status_of({11, "/", {}}), 400U);
  EXPECT_EQ(status_of({10, "/", {}}), 200U);
  for (const unsigned version : {10U, 11U}) {
    EXPECT_EQ(status_of({version, "/", {{"host", "a"}, {"HOST", "a"}}}), 400U);
    EXPECT_EQ(status_of({version, "/", {{"host", "a b"}}}), 400U);
    EXPECT_EQ(status_of({version, "/", {{"host", ""}}}), 200U);
  }
}

TEST(Framing, AFieldThatDecidesIsThereOnce) {
  for (const char* name : {"Authorization", "Content-Type", "Origin", "Sec-Fetch-Site", "Expect"}) {
    EXPECT_EQ(status_of({11, "/", {{"Host", "t"}, {name, "a"}, {name, "b"}}}), 400U) << name;
  }
  EXPECT_EQ(status_of({11, "/", {{"Host", "t"}, {"Accept", "a"}, {"Accept", "b"}}}), 200U);
}

TEST(Framing, AnAbsoluteTargetNamesTheHostInsteadOfTheField) {
  const RequestHead head{11, "HTTP://a.example:90/x?y", {{"Host", "b"}}};
  EXPECT_EQ(status_of(head), 200U);
  EXPECT_EQ(http::host_of(head), "a.example:90");
  EXPECT_EQ(http::host_of({11, "/", {{"Host", "b"}}}), "b");
  for (const char* target : {"http:///x", "http://u@a/", "https://a:b/", "http://a b/"}) {
    EXPECT_EQ(status_of({11, target, {{"Host", "b"}}}), 400U) << target;
  }
}

TEST(Framing, ATargetIsTakenApart) {
  const auto target = [](const char* text) {
    const auto parts = http::parts_of(text);
    return std::string(parts.authority) + ' ' + std::string(parts.path) + ' ' +
           std::string(parts.query);
  };
  EXPECT_EQ(target("/a?b?c"), " /a b?c");
  EXPECT_EQ(target("http://h/a"), "h /a ");
  EXPECT_EQ(target("https://h"), "h / ");
  EXPECT_EQ(target("http://h?a=/b"), "h / a=/b");
  EXPECT_EQ(target("*"), " * ");
  EXPECT_EQ(target("/http://h/"), " /http://h/ ");
}

TEST(Framing, OnlyHttp11WaitsForContinue) {
  EXPECT_TRUE(http::awaits_continue({11, "/", {{"expect", "100-Continue"}}}));
  EXPECT_FALSE(http::awaits_continue({10, "/", {{"expect", "100-continue"}}}));
  EXPECT_FALSE(http::awaits_continue({11, "/", {{"expect", "x"}}}));
}

TEST(HostField, IsANameOrAnAddressAndAPort) {
  const auto host = [](const char* text) {
    const auto field = http::host_field(text);
    if (!field) return std::string("none");
    return std::string(field->host) + '|' + std::string(field->port) +
           (field->is_address ? "|address" : "");
  };
  EXPECT_EQ(host("radio:9090"), "radio|9090");
  EXPECT_EQ(host("a.example"), "a.example|");
  EXPECT_EQ(host("a_b%20c:"), "a_b%20c|");
  EXPECT_EQ(host("10.1.2.3:80"), "10.1.2.3|80|address");
  EXPECT_EQ(host("[::1]:9090"), "::1|9090|address");
  EXPECT_EQ(host("1.2.3.4.example"), "1.2.3.4.example|");
  for (const char* text : {"a b", "a/b", "u@b", "b:x", "b:1:2", "[::1", "[a]", "[::1]x", "::1",
                           "[fe80::1%eth0]", "a%2", "a\"b", "<a>", "a,b:-1", "[]"}) {
    EXPECT_EQ(host(text), "none") << text;
  }
}

// The body of the first must not be taken for a second.
TEST(Framing, ABodyWithoutAnEndIsNeverAnsweredAsARequest) {
  const Stage stage;
  for (const char* coding : {"gzip", "chunked, identity", "xchunked", "", "gzip, chunked"}) {
    RawClient client(stage.port());
    client.send("POST /metrics HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: " + std::string(coding) +
                "\r\n\r\nGET /health/liveness HTTP/1.1\r\nHost: t\r\n\r\n");
    EXPECT_GE(client.read_reply().status, 400) << coding;
    EXPECT_TRUE(client.is_closed_soon()) << coding;
    EXPECT_EQ(client.received(), "") << coding;
  }
}

}  // namespace
