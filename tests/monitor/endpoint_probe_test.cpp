#include "monitor/probes/endpoint_probe.hpp"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/monitor/loopback_server.hpp"

namespace monitor::probes {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using loopback::Certificate;
using loopback::Client;
using loopback::Folder;
using loopback::Server;
using Probe = decltype(&probe_sources);

constexpr Duration plenty = 10s;

const std::string mp3("\xFF\xFB\x90\x64\x00\x0F\xF0\x00", 8);
const std::string audio = "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n" + mp3;

Finding run(std::vector<Target> targets, Duration timeout = plenty, Probe probe = probe_sources) {
  Finding found;
  int calls = 0;
  boost::asio::io_context context;
  probe(context.get_executor(), std::move(targets), timeout, [&](Finding finding) {
    ++calls;
    found = std::move(finding);
  });
  EXPECT_EQ(calls, 0);  // never from within the call
  context.run();        // ends: nothing is kept running
  EXPECT_EQ(calls, 1);
  EXPECT_LE(found.sentence.size(), 200U) << found.sentence;
  EXPECT_EQ(found.sentence.find_first_of("\r\n"), std::string::npos) << found.sentence;
  return found;
}

Finding ask(const std::string& url, Duration timeout = plenty) {
  return run({source_target(url, "")}, timeout);
}

// Says the same to every request and hangs up.
Server::Serve saying(std::string reply) {
  return [reply = std::move(reply)](Client& client) {
    client.request();
    client.say(reply);
  };
}

// Says it, and keeps the connection until the client hangs up.
Server::Serve holding(std::string reply) {
  return [reply = std::move(reply)](Client& client) {
    client.request();
    client.say(reply);
    client.wait_for_end();
  };
}

Finding answer_to(const std::string& reply) {
  const Server server(saying(reply));
  return ask(server.url("/radio.mp3"));
}

std::string status(int code) {
  return "HTTP/1.1 " + std::to_string(code) + " X\r\nContent-Length: 0\r\n\r\n";
}

std::string redirect(const std::string& to) {
  return "HTTP/1.1 302 Found\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n";
}

TEST(SourceProbe, AMountThatGoesOnForeverIsAvailableAtOnce) {
  const Server server(holding(audio));
  const Finding finding = ask(server.url("/radio.mp3"));
  EXPECT_TRUE(finding.available) << finding.sentence;
  EXPECT_LT(finding.took, 5s);
  EXPECT_EQ(finding.sentence, server.url("/radio.mp3") + " answers 200 with media.");
}

TEST(SourceProbe, MediaIsWhatHasMediasBytes) {
  for (const std::string& reply :
       {"ICY 200 OK\r\nicy-br:128\r\n\r\n" + mp3,
        "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + mp3,
        "HTTP/1.1 206 Partial Content\r\n\r\n" + mp3,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n" + mp3 + "\r\n0\r\n\r\n",
        std::string("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.apple.mpegurl\r\n\r\n"
                    "#EXTM3U\n#EXT-X-VERSION:3\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Type: application/dash+xml\r\n\r\n"
                    "<?xml version=\"1.0\"?>\n<MPD></MPD>")}) {
    const Finding finding = answer_to(reply);
    EXPECT_TRUE(finding.available) << finding.sentence << '\n' << reply;
  }
}

TEST(SourceProbe, APageIsNoMedia) {
  const Server html(
      saying("HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html>"));
  const Finding finding = ask(html.url("/radio.mp3"));
  EXPECT_FALSE(finding.available);
  EXPECT_EQ(finding.cause, Cause::source_corrupt);
  EXPECT_EQ(finding.sentence,
            html.url("/radio.mp3") + " answers 200 with text/html, which is no media.");

  for (const char* body : {"<!DOCTYPE html><p>Log in", "{\"status\":\"error\"}", "[1, 2]",
                           "<?xml version=\"1.0\"?><error/>"}) {
    const Finding hidden =
        answer_to(std::string("HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n") + body);
    EXPECT_EQ(hidden.cause, Cause::source_corrupt) << body;
    EXPECT_FALSE(hidden.available) << body;
  }
}

TEST(SourceProbe, EachStatusHasItsCause) {
  const std::pair<int, Cause> cases[] = {
      {401, Cause::source_refused},     {403, Cause::source_refused},
      {404, Cause::source_missing},     {410, Cause::source_missing},
      {500, Cause::source_unreachable}, {503, Cause::source_unreachable},
      {429, Cause::source_unreachable}, {400, Cause::source_refused},
      {204, Cause::source_corrupt},     {302, Cause::source_corrupt}};
  for (const auto& [code, cause] : cases) {
    const Finding finding = answer_to(status(code));
    EXPECT_FALSE(finding.available) << code;
    EXPECT_EQ(finding.cause, cause) << code << finding.sentence;
    EXPECT_NE(finding.sentence.find(" answers " + std::to_string(code)), std::string::npos);
  }
  const Server server(saying(status(404)));
  EXPECT_EQ(ask(server.url("/radio.mp3")).sentence,
            server.url("/radio.mp3") + " answers 404: the mount is not there.");
}

// Another look would count as another login, or prolong the limit.
TEST(SourceProbe, WhatRefusesOrLimitsIsNotAskedAgainBeforeItsTime) {
  for (const int code : {401, 403, 407, 429, 453})
    EXPECT_EQ(answer_to(status(code)).answer, LookAnswer::refused) << code;
  EXPECT_EQ(answer_to(status(404)).answer, LookAnswer::missing);
  EXPECT_EQ(answer_to(status(500)).answer, LookAnswer::unclear);
  const Finding busy = answer_to("HTTP/1.1 503 X\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(busy.answer, LookAnswer::refused);
  EXPECT_EQ(busy.retry_after, 30s);
}

TEST(SourceProbe, AServerThatIsNotThereIsUnreachable) {
  const std::string port = loopback::closed_port();
  const Finding refused = ask("http://127.0.0.1:" + port + "/x");
  EXPECT_EQ(refused.cause, Cause::source_unreachable);
  EXPECT_EQ(refused.sentence, "Connection to 127.0.0.1:" + port + " refused.");

  const Finding unknown = ask("http://no-such-host.invalid/x");
  EXPECT_EQ(unknown.cause, Cause::source_unreachable);
  EXPECT_TRUE(unknown.sentence.starts_with("Name lookup of no-such-host.invalid: "))
      << unknown.sentence;

  const Finding hung_up = answer_to("");
  EXPECT_EQ(hung_up.cause, Cause::source_unreachable) << hung_up.sentence;
}

TEST(SourceProbe, AServerThatTakesUsAndSaysNothingStalls) {
  const Server mute(holding(""));
  const Finding finding = ask(mute.url("/x"), 300ms);
  EXPECT_EQ(finding.cause, Cause::source_stalled);
  EXPECT_EQ(finding.sentence,
            mute.url("/x") + " takes the connection, but does not answer within 0.3 s.");
  EXPECT_GE(finding.took, 300ms);
  EXPECT_LT(finding.took, 2s);

  const Server no_body(holding("HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n"));
  const Finding empty = ask(no_body.url("/x"), 300ms);
  EXPECT_EQ(empty.cause, Cause::source_stalled);
  EXPECT_EQ(empty.sentence, no_body.url("/x") + " answers 200, but sends no byte within 0.3 s.");

  EXPECT_EQ(answer_to("HTTP/1.0 200 OK\r\n\r\n").cause, Cause::source_stalled);
}

TEST(SourceProbe, AHeaderThatDripsDoesNotOutliveTheTimeOut) {
  const Server drips([](Client& client) {
    client.request();
    client.say("HTTP/1.0 200 OK\r\n");
    while (client.say("X: y\r\n")) std::this_thread::sleep_for(10ms);
  });
  const Finding finding = ask(drips.url("/x"), 300ms);
  EXPECT_EQ(finding.cause, Cause::source_stalled);
  EXPECT_LT(finding.took, 2s);
}

TEST(SourceProbe, WhatIsNoHttpOrHasAnEndlessHeaderIsCorrupt) {
  EXPECT_EQ(answer_to(mp3).cause, Cause::source_corrupt);
  EXPECT_EQ(answer_to("SSH-2.0-OpenSSH\r\n").cause, Cause::source_corrupt);
  const Server endless([](Client& client) {
    client.request();
    client.say("HTTP/1.0 200 OK\r\n");
    while (client.say("X-Padding: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  EXPECT_EQ(ask(endless.url("/x")).sentence,
            endless.url("/x") + " answers with more than 64 KiB of header.");
}

TEST(SourceProbe, RedirectsAreFollowedToEncryptedServersToo) {
  const Certificate certificate;
  const Server mount(saying(audio), &certificate);
  const Server station(saying(redirect(mount.url("/real.mp3"))));
  const Finding finding = ask(station.url("/radio.mp3"));
  EXPECT_TRUE(finding.available) << finding.sentence;

  const Server gone(saying(status(404)));
  const Server old(saying(redirect(gone.url("/x?token=secret"))));
  const Finding missing = ask(old.url("/radio.mp3"));
  EXPECT_EQ(missing.cause, Cause::source_missing);
  EXPECT_EQ(missing.sentence, old.url("/radio.mp3") + " redirects to 127.0.0.1:" + gone.port() +
                                  ", which answers 404: the mount is not there.");
}

TEST(SourceProbe, ARelativeRedirectIsFollowed) {
  const Server server([](Client& client) {
    const bool there = client.request().starts_with("GET /live/real.mp3 ");
    client.say(there ? audio : redirect("real.mp3"));
  });
  EXPECT_TRUE(ask(server.url("/live/x")).available);
}

TEST(SourceProbe, RedirectsInACircleEnd) {
  const Server server(saying(redirect("/again")));
  const Finding finding = ask(server.url("/x"));
  EXPECT_EQ(finding.cause, Cause::source_unreachable);
  EXPECT_EQ(finding.sentence, server.url("/x") + " redirects more than 5 times.");
  EXPECT_EQ(server.served(), 6);
  EXPECT_EQ(answer_to(redirect("ftp://h/x")).cause, Cause::source_corrupt);
}

TEST(SourceProbe, UserAndPasswordOfTheUrlAreSentAndNeverSaid) {
  const Server server([](Client& client) {
    const bool known =
        client.request().find("\r\nAuthorization: Basic dTpwdw==\r\n") != std::string::npos;
    client.say(known ? audio
                     : "HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n");
  });
  EXPECT_TRUE(ask("http://u:pw@127.0.0.1:" + server.port() + "/x").available);
  const Finding wrong = ask("http://u:other@127.0.0.1:" + server.port() + "/x?key=hidden");
  EXPECT_EQ(wrong.cause, Cause::source_refused);
  EXPECT_EQ(wrong.sentence, server.url("/x") + " answers 401: it requires other credentials.");
}

TEST(SourceProbe, ADigestThatOnlyFfmpegCanMakeIsLeftToIt) {
  const Server server(
      saying("HTTP/1.1 401 X\r\nWWW-Authenticate: Digest realm=\"c\", nonce=\"1\"\r\n"
             "Content-Length: 0\r\n\r\n"));
  EXPECT_TRUE(ask("http://u:pw@127.0.0.1:" + server.port() + "/x").available);
  EXPECT_FALSE(ask(server.url("/x")).available);
}

TEST(SourceProbe, TheCommandsHeadersDecideTheAnswer) {
  const Server server([](Client& client) {
    const std::string request = client.request();
    const bool known = request.find("\r\nX-Key: k\r\n") != std::string::npos &&
                       request.find("\r\nUser-Agent: Radio/1\r\n") != std::string::npos;
    client.say(known ? audio : status(403));
  });
  Target target = source_target(server.url("/x"), "mp3");
  EXPECT_EQ(run({target}).cause, Cause::source_refused);
  target.headers = {{"X-Key", "k"}, {"User-Agent", "Radio/1"}};
  EXPECT_TRUE(run({target}).available);
}

// What the second server was asked, where the first redirects to it.
std::string asked_behind_a_redirect(Target target) {
  std::string asked;
  const Server second([&asked](Client& client) {
    asked = client.request();
    client.say(status(403));
  });
  const Server first(saying(redirect(second.url("/b"))));
  target.url = first.url("/a");
  target.reach = Reach::media;
  const Finding finding = run({target});
  EXPECT_TRUE(finding.available) << "FFmpeg may be given more: " << finding.sentence;
  return asked;
}

TEST(SourceProbe, AnotherOriginGetsNoneOfTheCommandsSecrets) {
  const std::string asked = asked_behind_a_redirect(
      {.headers = {{"Authorization", "Bearer s3cret"}, {"X-Own", "s3cret"}, {"User-Agent", "R/1"}},
       .cookies = {{.pair = "id=s3cret"}}});
  EXPECT_EQ(asked.find("s3cret"), std::string::npos) << asked;
  EXPECT_NE(asked.find("\r\nUser-Agent: R/1\r\n"), std::string::npos) << asked;
}

TEST(SourceProbe, ACookieGoesWhereItsDomainAndPathAllow) {
  std::string asked;
  const Server server([&asked](Client& client) {
    asked = client.request();
    client.say(audio);
  });
  Target target = source_target(server.url("/live/radio?x=/other"), "mp3");
  target.cookies = {{.pair = "a=1"},
                    {.pair = "b=2", .domain = "127.0.0.1", .path = "/live"},
                    {.pair = "c=3", .domain = "example.com"},
                    {.pair = "d=4", .path = "/liv"},
                    {.pair = "e=5", .is_secure = true}};
  EXPECT_TRUE(run({target}).available);
  EXPECT_NE(asked.find("\r\nCookie: a=1; b=2\r\n"), std::string::npos) << asked;
}

TEST(SourceProbe, ACertificateIsAskedForOnlyWhereFfmpegWould) {
  const Certificate certificate;
  const Server server(saying(audio), &certificate);
  Target target = source_target(server.url("/x"), "");
  EXPECT_TRUE(run({target}).available);
  target.verify_tls = true;
  EXPECT_EQ(run({target}).sentence, "TLS handshake with 127.0.0.1:" + server.port() +
                                        ": the certificate is not accepted: self-signed "
                                        "certificate.");
  target.tls.authorities = certificate.file();  // -ca_file
  EXPECT_TRUE(run({target}).available);
  target.tls = {};
  ::setenv("SSL_CERT_FILE", certificate.file().c_str(), 1);
  EXPECT_TRUE(run({target}).available);
  ::unsetenv("SSL_CERT_FILE");
}

TEST(SourceProbe, BehindAProxyNothingIsKnown) {
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  const std::string url = "http://127.0.0.1:" + loopback::closed_port() + "/x";
  EXPECT_TRUE(ask(url).available);
  ::setenv("no_proxy", "127.0.0.1", 1);
  EXPECT_FALSE(ask(url).available);
  ::unsetenv("http_proxy");
  ::unsetenv("no_proxy");
}

TEST(SourceProbe, TheFirstThatIsMissingIsNamed) {
  const Server there(saying(audio));
  const Server gone(saying(status(404)));
  const Server refusing(saying(status(403)));
  const auto target = [](const Server& server) { return source_target(server.url("/x"), ""); };
  EXPECT_TRUE(run({target(there), source_target("anullsrc", "lavfi"), target(there)}).available);
  EXPECT_EQ(run({target(there), target(gone), target(refusing)}).cause, Cause::source_missing);
  EXPECT_EQ(run({target(refusing), target(there), target(gone)}).cause, Cause::source_refused);
}

TEST(SourceProbe, AllAreAskedAtTheSameTimeAndEachOnce) {
  const Server one(holding("")), two(holding("")), three(holding(""));
  const auto target = [](const Server& server) { return source_target(server.url("/x"), ""); };
  const Finding finding =
      run({target(one), target(two), target(three), target(one), target(one)}, 1s);
  EXPECT_EQ(finding.cause, Cause::source_stalled);
  EXPECT_LT(finding.took, 2s);
  EXPECT_EQ(one.served(), 1);
}

TEST(SourceProbe, WithNothingToAskAllIsWell) {
  EXPECT_TRUE(run({}).available);
  EXPECT_TRUE(run({source_target("anullsrc", "lavfi"), source_target("-", "")}).available);
}

TEST(SourceProbe, OtherServersAreAskedForAConnection) {
  const Server server([](Client& client) { client.wait_for_end(); });
  EXPECT_TRUE(ask("rtmp://127.0.0.1:" + server.port() + "/live/key").available);
  const std::string port = loopback::closed_port();
  const Finding finding = ask("rtsp://user:pw@127.0.0.1:" + port + "/1");
  EXPECT_EQ(finding.cause, Cause::source_unreachable);
  EXPECT_EQ(finding.sentence, "Connection to 127.0.0.1:" + port + " refused.");
  EXPECT_FALSE(finding.is_local);
}

TEST(SourceProbe, AFileIsThereOrNot) {
  const Folder folder;
  const std::string file = folder.path / "loop.mp4";
  EXPECT_EQ(ask(file).cause, Cause::source_missing);
  EXPECT_EQ(ask(file).sentence, "The file " + file + " is not there.");
  EXPECT_TRUE(ask(file).is_local);
  EXPECT_EQ(ask("file:" + file).sentence, "The file " + file + " is not there.");
  std::ofstream(file) << "x";
  EXPECT_TRUE(ask(file).available);
  EXPECT_TRUE(ask("concat:" + file + "|/nowhere").available);
  EXPECT_EQ(ask(file + "/x").cause, Cause::source_missing);
  EXPECT_EQ(ask(folder.path).cause, Cause::source_corrupt);
  EXPECT_TRUE(ask(folder.path / "img%03d.png").available);  // a pattern
  EXPECT_TRUE(ask("/dev/null").available);
}

TEST(SourceProbe, AFifoWithoutAWriterIsThereAndHoldsUpNobody) {
  const Folder folder;
  const std::string fifo = folder.path / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_TRUE(ask(fifo, 5s).available);
}

TEST(SourceProbe, LongNamesKeepSentencesShort) {
  const std::string long_word(3000, 'x');
  const std::string port = loopback::closed_port();
  ask("/" + long_word);
  ask("http://127.0.0.1:" + port + "/" + long_word);
  ask("http://" + long_word + ".invalid/");
  answer_to("HTTP/1.0 200 OK\r\nContent-Type: " + long_word + "html\r\n\r\nx");
  answer_to(redirect("http://" + long_word + ".invalid/"));
  answer_to(redirect(long_word + "://h/"));
}

TEST(SourceProbe, ALoopThatEndsMeanwhileIsNotTouched) {
  const Server mute(holding(""));
  boost::asio::io_context context;
  probe_sources(context.get_executor(), {source_target(mute.url("/x"), "")}, plenty,
                [](const Finding&) { ADD_FAILURE(); });
  context.run_for(50ms);
}

TEST(SinkProbe, ASinkIsThereWhenItTakesAConnection) {
  const Server server([](Client& client) { client.wait_for_end(); });
  const Target there = sink_target("rtmp://127.0.0.1:" + server.port() + "/live/secretkey");
  EXPECT_TRUE(run({there, sink_target("/x.mp4")}, plenty, probe_sinks).available);

  const std::string port = loopback::closed_port();
  const Target gone = sink_target("rtmp://127.0.0.1:" + port + "/live/secretkey");
  const Finding finding = run({there, gone}, plenty, probe_sinks);
  EXPECT_FALSE(finding.available);
  EXPECT_EQ(finding.cause, Cause::sink_unreachable);
  EXPECT_EQ(finding.sentence, "Connection to 127.0.0.1:" + port + " refused.");
}

}  // namespace
}  // namespace monitor::probes
