#include "supervisor/secrets/secrets.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "monitor/text/base64.hpp"
#include "monitor/text/percent.hpp"
#include "supervisor/secrets/text_encodings.hpp"

namespace supervisor {
namespace {

using Words = std::vector<std::string>;

struct Case {
  std::string raw, masked;
};

// A single argument, nothing learnt before: masked by form.
std::string masked_argument(const std::string& argument) {
  return Secrets().mask_command({argument}).front();
}

const std::vector<Case> url_cases = {
    {"rtmp://host/app/KEY", "rtmp://host/app/***"},
    {"rtmp://host:1935/app/KEY", "rtmp://host:1935/app/***"},
    {"rtmp://host/app/inst/KEY", "rtmp://host/app/***"},
    {"rtmp://user:pass@host/app/KEY?x=y", "rtmp://***@host/app/***"},
    {"rtmps://h:443/app/KEY?token=T&v=1", "rtmps://h:443/app/***"},
    {"RTMP://h/app/KEY", "RTMP://h/app/***"},
    {"rtmpte://h/app/KEY", "rtmpte://h/app/***"},
    {"rtmp://a.rtmp.youtube.com/live2/abcd-efgh-ijkl-mnop", "rtmp://a.rtmp.youtube.com/live2/***"},
    {"rtmp://a/live2/x?backup=1", "rtmp://a/live2/***"},
    {"rtmps://live-api-s.facebook.com:443/rtmp/FB-1-0-Ab?s_bl=1",
     "rtmps://live-api-s.facebook.com:443/rtmp/***"},
    {"rtmp://[::1]:1935/live/KEY", "rtmp://[::1]:1935/live/***"},
    {"rtmp://nginx-rtmp:1935/live/stream", "rtmp://nginx-rtmp:1935/live/***"},
    {"rtmp://h/app/KEY/", "rtmp://h/app/***"},
    {"rtmp://h/live/USER/PASS/", "rtmp://h/live/***"},
    {"rtmp://h/app/mp4:dir/KEY", "rtmp://h/app/***"},
    {"rtmp://h/app?vhost=v/KEY", "rtmp://h/***"},
    {"rtmp://h", "rtmp://h"},
    {"rtmp://h/", "rtmp://h/"},
    {"rtmp://h?token=KEY", "rtmp://h?***"},
    {"srt://h:9000?streamid=publish:KEY&passphrase=PW&latency=20",
     "srt://h:9000?streamid=***&passphrase=***&latency=20"},
    {"srt://h:9000?mode=caller&streamid=#!::r=live/KEY,m=publish",
     "srt://h:9000?mode=caller&streamid=***"},
    {"icecast://source:PW@h:8000/mount", "icecast://source:***@h:8000/mount"},
    {"http://u:p@h/x?token=T", "http://u:***@h/x?token=***"},
    {"https://u:p:q@h/x", "https://u:***@h/x"},
    {"http://u:p@ss@h/x", "http://u:***@h/x"},
    {"http://u:pa/ss#w?ord@h/x", "http://u:***@h/x"},
    // A user name or password reaches to the last `@` before the host.
    {"rtsp://frigate:Pass w0rd@h/", "rtsp://frigate:***@h/"},
    {"rtsp://frigate:Pass|w0rd@h/s1", "rtsp://frigate:***@h/s1"},
    {"rtsp://u:p@ss/w0rd@h/s1", "rtsp://u:***@h/s1"},
    {"rtsp://u:pw#x@h/s1", "rtsp://u:***@h/s1"},
    {"rtsp://u:p@w#x@h/s1", "rtsp://u:***"},
    {"rtsp://u:p@w?x@h/s1", "rtsp://u:***"},
    {"rtsp://u:Pass=w0rd@h/s1", "rtsp://u:***@h/s1"},
    {"rtsp://u:token=w0rd&x@h/s1", "rtsp://u:***@h/s1"},
    {"rtsp://u:12/34@h/s1", "rtsp://u:***@h/s1"},
    {"rtsp://u:p://x@h/s1", "rtsp://u:***@h/s1"},
    {"rtsp://us/er:p@h/s1", "rtsp://us/er:***@h/s1"},
    {"rtsp://u:\"quo'ted\"<p>@h/s1", "rtsp://u:***@h/s1"},
    {"rtsp://u:p@h/Streaming/Channels/101", "rtsp://u:***@h/Streaming/Channels/101"},
    {"rtsp://h/USER/PASS/101", "rtsp://h/***/***/101"},
    {"rtsp://SECRET@h/s1", "rtsp://***@h/s1"},
    {"http://SECRET:@h/s1", "http://***@h/s1"},
    {"rtmp://u:p w/x@h/app/KEY", "rtmp://***@h/app/***"},
    {"[f=flv]rtmp://u:p|w@h/a/K|[f=hls]/x.m3u8", "[f=flv]rtmp://***@h/a/***|[f=hls]/x.m3u8"},
    {"concat:http://u:p|q@h/1.ts|http://i/2.ts", "concat:http://u:***@h/1.ts|http://i/2.ts"},
    {"https://TOKEN@h/x", "https://***@h/x"},
    {"rtsp://u:p@cam:554/s1", "rtsp://u:***@cam:554/s1"},
    {"async:http://u:p@h/x", "async:http://u:***@h/x"},
    {"https://cdn/x.m3u8?Policy=P&Signature=S&Key-Pair-Id=K&start=3",
     "https://cdn/x.m3u8?Policy=***&Signature=***&Key-Pair-Id=***&start=3"},
    {"https://b/x?X-Amz-Credential=C&X-Amz-Date=20260101&X-Amz-Signature=S",
     "https://b/x?X-Amz-Credential=***&X-Amz-Date=20260101&X-Amz-Signature=***"},
    {"https://c/x.m3u8?hdnts=exp=1~acl=/*~hmac=ab&b=2", "https://c/x.m3u8?hdnts=***&b=2"},
    {"https://c/x?wmsAuthSign=c2VydmVy&quality=high", "https://c/x?wmsAuthSign=***&quality=high"},
    {"https://c/x?ticket=ST-1&pin=1234&size=640", "https://c/x?ticket=***&pin=***&size=640"},
    {"https://c/x?c2VjcmV0", "https://c/x?***"},
    {"https://c/x?start=10;anything=abc", "https://c/x?start=10;anything=***"},
    {"rtsp://h/x?tcp", "rtsp://h/x?tcp"},
    {"https://h/x#access=abc", "https://h/x#access=***"},
    {"https://h/x?mail=me@example.org", "https://h/x?mail=***"},
    {"http://h:8080/live/someone/pa55/1234.ts", "http://h:8080/live/***/***/1234.ts"},
    {"http://h:8080/someone/pa55/1234.ts", "http://h:8080/***/***/1234.ts"},
    {"http://h:8080/someone/pa55/1234", "http://h:8080/***/***/1234"},
    {"http://h/listen/night_fm/radio.mp3", "http://h/listen/night_fm/radio.mp3"},
    {"https://c/a;tok=abc;size=640/b.m3u8", "https://c/a;tok=***;size=640/b.m3u8"},
    {"http://h/9f8e7d6c5b4a39281706/x.m3u8", "http://h/***/x.m3u8"},
    {"https://a.upload.youtube.com/http_upload_hls?cid=KEY&copy=0&file=x.m3u8",
     "https://a.upload.youtube.com/http_upload_hls?cid=***&copy=0&file=x.m3u8"},
    {"https://h/x?md5=abc&expires=9", "https://h/x?md5=***&expires=9"},
    {"https://proxy/get?u=http://a:b@c/d?apiKey=Q&v=1",
     "https://proxy/get?u=http://a:***@c/d?apiKey=***&v=1"},
    {"[f=flv:onfail=ignore]rtmp://h/a/K1|[f=flv]rtmps://u:p@i/a/K2|[f=hls]/x.m3u8",
     "[f=flv:onfail=ignore]rtmp://h/a/***|[f=flv]rtmps://***@i/a/***|[f=hls]/x.m3u8"},
    {"rtmp://host/app playpath=KEY live=1 token=T",
     "rtmp://host/*** playpath=*** live=1 token=***"},
    {"rtmp://host/app conn=S:abcd app=live/KEY buffer=1000",
     "rtmp://host/*** conn=*** app=*** buffer=1000"},
    {"[f=hls:method=PUT:headers='Authorization\\: Bearer abc':onfail=ignore]http://h/x.m3u8",
     "[f=hls:method=PUT:headers=***:onfail=ignore]http://h/x.m3u8"},
    {"[f=hls:headers=X-Unheard-Of: abc]http://h/x.m3u8|[f=flv]rtmp://h/a/k",
     "[f=hls:headers=***]http://h/x.m3u8|[f=flv]rtmp://h/a/***"},
    {"movie=http\\://u\\:p@h/x", "movie=http\\://u\\:***@h/x"},
    {"STREAM_KEY=abcdef", "STREAM_KEY=***"},
    {"--password=x", "--password=***"},
    // Nothing to hide.
    {"http://azuracast:8000/radio.mp3", "http://azuracast:8000/radio.mp3"},
    {"tcp://127.0.0.1:1935?tcp_nodelay=0", "tcp://127.0.0.1:1935?tcp_nodelay=0"},
    {"https://h/x?start=1&quality=high", "https://h/x?start=1&quality=high"},
    {"https://www.youtube.com/@channel", "https://www.youtube.com/@channel"},
    {"udp://239.0.0.1:1234?pkt_size=1316&ttl=4", "udp://239.0.0.1:1234?pkt_size=1316&ttl=4"},
    {"keyint=50:min-keyint=50:no-scenecut=1", "keyint=50:min-keyint=50:no-scenecut=1"},
    {"title=Key of life", "title=Key of life"},
    {"author=somebody", "author=somebody"},
    {"", ""},
};

TEST(Secrets, AQueryInAFilterIsKnownWithoutTheFiltersQuote) {
  Secrets secrets;
  secrets.learn({"ffmpeg", "-i", "a", "-vf",
                 "movie='http\\://127.0.0.1\\:1/a.png?k=%6e9b3r4a2v4w7'[w];[in][w]overlay", "b"});
  EXPECT_EQ(secrets.mask("GET /a.png?k=%6e9b3r4a2v4w7 HTTP/1.1"), "GET /a.png?k=*** HTTP/1.1");
  EXPECT_EQ(secrets.mask("GET /a.png?k=n9b3r4a2v4w7 HTTP/1.1"), "GET /a.png?k=*** HTTP/1.1");
}

TEST(Secrets, CredentialsOfUrlsAreMaskedInCommandsByTheirForm) {
  for (const Case& c : url_cases) EXPECT_EQ(masked_argument(c.raw), c.masked) << c.raw;
}

TEST(Secrets, OptionsThatCarryCredentialsAreMaskedWhole) {
  const Secrets secrets;
  for (const char* option :
       {"-headers", "-cookies", "-password", "-passphrase", "-rtmp_playpath", "-rtmp_conn",
        "-rtmp_app", "-decryption_key", "-key", "-auth", "-authorization", "-srt_streamid",
        "-hls_enc_key", "-rtmp_playpath:v", "--api-key"})
    EXPECT_EQ(secrets.mask_command({"ffmpeg", option, "x: y", "out"}),
              (Words{"ffmpeg", option, "***", "out"}));
  for (const char* option : {"-user_agent", "-hls_key_info_file", "-force_key_frames", "-pass",
                             "-passlogfile", "-i", "-metadata", "-key_file", "-pbkeylen"})
    EXPECT_EQ(secrets.mask_command({"ffmpeg", option, "16", "out"}),
              (Words{"ffmpeg", option, "16", "out"}));
  EXPECT_EQ(secrets.mask_command({"-streamid", "0:33"}), (Words{"-streamid", "0:33"}));
  EXPECT_EQ(secrets.mask_command({"-streamid", "publish:K"}), (Words{"-streamid", "***"}));
  EXPECT_EQ(secrets.mask_command({"-http_proxy", "http://u:p@h:3128"}),
            (Words{"-http_proxy", "http://u:***@h:3128"}));
  EXPECT_EQ(secrets.mask_command({"-password"}), Words{"-password"});
}

// Every way to plant the key in a command; it must be gone from the command and from every line
// that could quote it.
const std::string planted = "Zq7-hunter2.X";

const std::vector<Words> planting_commands = {
    {"ffmpeg", "-i", "x", "rtmp://h/app/" + planted},
    {"ffmpeg", "-i", "x", "rtmp://h/app/mp4:" + planted + "?a=b"},
    {"ffmpeg", "-i", "x", "rtmp://" + planted + ":pw@h/app/k"},
    {"ffmpeg", "-i", "x", "rtmp://me:" + planted + "@h/app/k"},
    {"ffmpeg", "-i", "x", "rtmp://h/app/k?auth=" + planted + "&x=1"},
    {"ffmpeg", "-i", "x", "srt://h:1?passphrase=" + planted + "&streamid=read:a"},
    {"ffmpeg", "-i", "x", "srt://h:1?streamid=publish:" + planted},
    {"ffmpeg", "-i", "x", "srt://h:1?streamid=#!::m=publish,r=" + planted + ",u=me"},
    {"ffmpeg", "-i", "x", "icecast://source:" + planted + "@h:8000/m"},
    {"ffmpeg", "-i", "http://u:" + planted + "@h/x", "y"},
    {"ffmpeg", "-i", "http://h/x?a=1&token=" + planted, "y"},
    {"ffmpeg", "-headers", "Authorization: Bearer " + planted + "\r\nAccept: */*", "-i", "x", "y"},
    {"ffmpeg", "-headers", "Accept: */*\\r\\nX-Api-Key: " + planted + "\\r\\n", "-i", "x", "y"},
    {"ffmpeg", "-headers", "X-Unheard-Of: " + planted, "-i", "x", "y"},
    {"ffmpeg", "-cookies", "session=" + planted + "; path=/; domain=h", "-i", "x", "y"},
    {"ffmpeg", "-password", planted, "-i", "x", "y"},
    {"ffmpeg", "-i", "x", "-rtmp_playpath", planted, "rtmp://h/app"},
    {"ffmpeg", "-i", "x", "-rtmp_conn", "S:" + planted, "rtmp://h/app"},
    {"ffmpeg", "-i", "x", "-streamid", "publish:" + planted, "srt://h:1"},
    {"ffmpeg", "-http_proxy", "http://u:" + planted + "@h", "-i", "x", "y"},
    {"ffmpeg", "-i", "x", "-f", "tee", "[f=flv]rtmp://h/a/other-key|[f=flv]rtmp://i/a/" + planted},
    {"ffmpeg", "-i", "x", "rtmp://h/app playpath=" + planted + " live=1"},
    {"env", "API_TOKEN=" + planted, "ffmpeg", "-i", "x", "y"},
    {"ffmpeg", "-i", "https://proxy/http://u:" + planted + "@h/x", "y"},
    {"ffmpeg", "-i", "rtsp://u:a/b@" + planted + "@h/x", "y"},
    {"ffmpeg", "-i", "rtsp://u:x y|" + planted + "@h/x", "y"},
    {"ffmpeg", "-i", "x", "rtmp://h/app/" + planted + "/"},
    {"ffmpeg", "-i", "x", "rtmp://h/app/inst/" + planted + "/more"},
    {"ffmpeg", "-i", "x", "-rtmp_app", "live/" + planted, "rtmp://h"},
    {"ffmpeg", "-i", "x", "rtmp://h/app conn=S:" + planted + " live=1"},
    {"ffmpeg", "-i", "x", "-f", "hls", "http://h/" + planted + "/index.m3u8"},
    {"ffmpeg", "-i", "x", "-f", "hls", "http://h/live/" + planted + ".m3u8"},
    {"ffmpeg", "-i", "x", "-f", "whip", "https://h/whip/" + planted},
    {"ffmpeg", "-i", "x", "-f", "rtsp", "rtsp://h:8554/" + planted},
    {"ffmpeg", "-i", "x", "-f", "tee",
     "[f=flv]rtmp://h/a/k|[f=hls]http://i/" + planted + "/x.m3u8"},
    {"ffmpeg", "-i", "x", "-f", "tee", "[f=hls:headers='X-Any\\: " + planted + "']http://i/x.m3u8"},
    {"ffmpeg", "-i", "http://h/x?whatever=" + planted, "y"},
    {"ffmpeg", "-i", "http://h/x?" + planted, "y"},
    {"sh", "-c", "exec ffmpeg -password " + planted + " -i x y"},
    {"sh", "-c", "ffmpeg -i x -f hls 'http://h/" + planted + "/x.m3u8'"},
    {"ffmpeg -i x -f flv rtmp://h/live2/" + planted},
    {"curl", "-u", "me:" + planted, "-d", "@-", "http://h/"},
    {"curl", "-H", "X-Any: " + planted, "http://h/"},
    {"curl", "https://h/services/" + planted},
};

TEST(Secrets, APlantedKeyIsGoneFromTheCommandAndFromEveryLine) {
  for (const Words& argv : planting_commands) {
    Secrets secrets;
    secrets.learn(argv);
    for (const std::string& word : secrets.mask_command(argv))
      EXPECT_EQ(word.find(planted), std::string::npos) << word;
    for (const std::string& word : Secrets().mask_command(argv))
      EXPECT_EQ(word.find(planted), std::string::npos) << "unlearnt " << word;
    for (const std::string& line :
         {"Output #0, flv, to 'rtmp://h/app/" + planted + "':", "key " + planted + " refused",
          "[rtmp @ 0x5] [debug] fname=" + planted, planted, "a" + planted + "b",
          "{\\\"k\\\":\\\"" + planted + "\\\"}", "x\n" + planted + "\ny", planted + planted})
      EXPECT_EQ(secrets.mask(line).find(planted), std::string::npos)
          << ::testing::PrintToString(argv) << line;
  }
}

TEST(Secrets, ThePathOfWhatIsPublishedToIsMaskedAndThatOfWhatIsReadIsNot) {
  const Secrets secrets;
  EXPECT_EQ(secrets.mask_command({"ffmpeg", "-listen", "1", "-i", "http://h:1/KEY", "-f", "hls",
                                  "-hls_base_url", "http://cdn/KEY/", "o.m3u8"}),
            (Words{"ffmpeg", "-listen", "1", "-i", "http://h:1/***", "-f", "hls", "-hls_base_url",
                   "http://cdn/***", "o.m3u8"}));
  EXPECT_EQ(secrets.mask_command({"ffmpeg", "-i", "http://in/live/a.m3u8", "-f", "hls", "-method",
                                  "PUT", "http://u:p@out:81/live/b.m3u8?x=abc"}),
            (Words{"ffmpeg", "-i", "http://in/live/a.m3u8", "-f", "hls", "-method", "PUT",
                   "http://u:***@out:81/***"}));
  EXPECT_EQ(secrets.mask_command({"ffmpeg", "-i", "rtsp://in/s1", "-f", "rtsp", "rtsp://out/a/s1"}),
            (Words{"ffmpeg", "-i", "rtsp://in/s1", "-f", "rtsp", "rtsp://out/a/***"}));
  EXPECT_EQ(secrets.mask_command({"ffmpeg", "-i", "x", "icecast://source:p@h:8000/radio.mp3"}),
            (Words{"ffmpeg", "-i", "x", "icecast://source:***@h:8000/radio.mp3"}));
  EXPECT_EQ(
      secrets.mask_command({"sh", "-c", "ffmpeg -i http://in/a.mp3 -f hls http://h/key9/b.m3u8"}),
      (Words{"sh", "-c", "ffmpeg -i http://in/a.mp3 -f hls http://h/***.m3u8"}));
}

TEST(Secrets, EachHeaderIsSecretUnlessItIsKnownNotToBe) {
  Secrets secrets;
  secrets.learn({"ffmpeg", "-headers", "X-Any: w0rdXsh\r\nAccept: audio/mpeg", "-i", "x", "y"});
  EXPECT_EQ(secrets.mask("argument 'X-Any: w0rdXsh' of audio/mpeg"),
            "argument 'X-Any: ***' of audio/mpeg");
}

TEST(Secrets, AnOrdinaryPathOfAnOutputDoesNotDestroyOrdinaryLines) {
  Secrets secrets;
  secrets.learn(
      {"ffmpeg", "-i", "http://in/live/a.mp3", "-f", "hls", "http://out/upload/index.m3u8"});
  for (const char* line :
       {"Opening 'http://in/live/a.mp3' for reading", "the upload is live now", "index is written"})
    EXPECT_EQ(secrets.mask(line), line);
}

TEST(Secrets, FfmpegsRenderingsOfAnUnseenUrlAreMasked) {
  const Secrets secrets;
  const std::vector<Case> cases = {
      {"[info] Output #0, flv, to 'rtmp://127.0.0.1:19350/live/KEY':",
       "[info] Output #0, flv, to 'rtmp://127.0.0.1:19350/live/***':"},
      {"[error] rtmp://h/live/KEY: Input/output error",
       "[error] rtmp://h/live/***: Input/output error"},
      {"[error] Error opening output file rtmp://h/live/KEY.",
       "[error] Error opening output file rtmp://h/live/***."},
      {"[error] Error writing trailer of rtmp://h/live/KEY: Broken pipe",
       "[error] Error writing trailer of rtmp://h/live/***: Broken pipe"},
      {"[error] icecast://source:hackme@127.0.0.1:1/o.mp3: Connection refused",
       "[error] icecast://source:***@127.0.0.1:1/o.mp3: Connection refused"},
      {"Connection to srt://h:1?streamid=publish:K&passphrase=P failed: Input/output error",
       "Connection to srt://h:1?streamid=***&passphrase=*** failed: Input/output error"},
      {"Output #0, tee, to '[f=flv]rtmp://h/live/KEY|[f=mpegts]/data/tee.ts':",
       "Output #0, tee, to '[f=flv]rtmp://h/live/***|[f=mpegts]/data/tee.ts':"},
      {"Opening \"http://h/seg.ts?token=abc\" for reading",
       "Opening \"http://h/seg.ts?token=***\" for reading"},
      {"(see rtmp://h/live/KEY)", "(see rtmp://h/live/***)"},
      {"{\"url\":\"rtmp:\\/\\/h\\/live\\/KEY\"}", "{\"url\":\"rtmp:\\/\\/h\\/live\\/***\"}"},
      {"request: GET / HTTP/1.1\r\nAuthorization: Basic dTpw\r\nHost: h",
       "request: GET / HTTP/1.1\r\nAuthorization: ***\r\nHost: h"},
      {"{\"api_key\": \"abc\", \"v\": \"1\"}", "{\"api_key\": \"***\", \"v\": \"1\"}"},
      {"got token=abc; done", "got token=***; done"},
  };
  for (const Case& c : cases) EXPECT_EQ(secrets.mask(c.raw), c.masked);
}

const std::vector<std::string> harmless_lines = {
    "Stream mapping:",
    "  Stream #0:0 -> #0:0 (rawvideo (native) -> h264 (libx264))",
    "Output #0, flv, to nowhere",
    "Input #0, lavfi, from 'testsrc2=size=320x180:rate=25':",
    "video:7kB audio:1kB subtitle:0kB other streams:0kB global headers:0kB muxing overhead: 1.6%",
    "[tcp @ 0x5] [error] Connection to tcp://127.0.0.1:19350?tcp_nodelay=0 failed: Connection "
    "refused",
    "[tcp @ 0x5] [error] Failed to resolve hostname no-such-host.invalid: Name or service not "
    "known",
    "Press [q] to stop, [?] for help",
    "going live now; the live stream is on",
    "frame=    1 fps=0.0 q=23.0 Lsize=       8kB time=00:00:00.04 bitrate=1368.5kbits/s "
    "speed=1.51x",
    "[libx264 @ 0x5] [info] options: cabac=1 ref=3 deblock=1:0:0 keyint=250 keyint_min=25 pass=1",
    "key frame at 3",
    "Invalid key: 5 at 1:2",
    "encoder         : Lavf59.27.100",
    "",
    "no password given",
    "http://h/live/x.m3u8"};

TEST(Secrets, ADefaultLookingKeyDoesNotDestroyOrdinaryLines) {
  Secrets secrets;
  secrets.learn({"ffmpeg", "rtmp://nginx-rtmp:1935/live/stream", "rtmp://h/app/live",
                 "rtmp://h/app/1", "rtmp://h/app/k"});
  for (const std::string& line : harmless_lines)
    EXPECT_EQ(secrets.mask(line), line) << "a key must not eat words";
  EXPECT_EQ(secrets.mask("path /stream closed, app=live, name:stream"),
            "path /*** closed, app=***, name:***");
  EXPECT_EQ(secrets.mask("/streams /live-x =livestream"), "/streams /live-x =livestream");
  EXPECT_EQ(secrets.mask("to 'rtmp://nginx-rtmp:1935/live/stream':"),
            "to 'rtmp://nginx-rtmp:1935/live/***':");
}

TEST(Secrets, EncodedFormsOfASecretAreSecretToo) {
  Secrets secrets;
  secrets.learn(Words{"ffmpeg", "http://us%65r:p%40ss%2Fw\"ord@h/x"});
  const std::string raw = "p@ss/w\"ord";
  for (const std::string& form :
       {raw, std::string("p%40ss%2Fw\"ord"), monitor::percent_encode(raw),
        monitor::percent_encode(raw, monitor::is_unreserved, monitor::HexCase::lower),
        json_escaped(raw), json_escaped(raw, JsonSlash::escaped), monitor::base64("user:" + raw)})
    EXPECT_EQ(secrets.mask("<" + form + ">"), "<***>") << form;
}

TEST(Secrets, ALearntTokenIsMaskedEverywhere) {
  Secrets secrets;
  secrets.learn(std::string_view("tok-123456"));
  secrets.learn(std::string_view("tok-123456-longer"));
  secrets.learn(std::string_view(""));
  secrets.learn(std::string_view("***"));
  EXPECT_EQ(secrets.mask("a tok-123456-longer b tok-123456 c"), "a *** b *** c");
  EXPECT_EQ(secrets.mask_command({"x", "y=tok-123456", "-z"}), (Words{"x", "y=***", "-z"}));
}

TEST(Secrets, MaskingTwiceChangesNothing) {
  Secrets secrets;
  secrets.learn({"ffmpeg", "-headers", "X-Api-Key: 0123456789", "rtmp://u:p@h/live/stream"});
  std::vector<std::string> texts = harmless_lines;
  for (const Case& c : url_cases) texts.push_back("text '" + c.raw + "': " + c.raw + ".");
  // And what nobody thought of, made of the characters and words that matter.
  const Words atoms = {":",    "/",    "//",     "://",   "=",          "@",        "?",
                       "&",    "|",    "'",      "\"",    "\\",         " ",        "\n",
                       "rtmp", "http", "srt",    "token", "key",        "password", "Authorization",
                       "***",  "*",    "stream", "live",  "0123456789", "[",        "]",
                       ".",    ",",    "%41",    "#",     "abc"};
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (auto n = random() % 24; n > 0; --n) text += atoms[random() % atoms.size()];
    texts.push_back(text);
  }
  for (const std::string& text : texts) {
    const std::string once = secrets.mask(text);
    EXPECT_EQ(secrets.mask(once), once) << "from: " << text;
    EXPECT_EQ(once.find("0123456789"), std::string::npos) << text;
  }
}

TEST(Secrets, LongHostileLinesAreMaskedInBoundedTime) {
  Secrets secrets;
  secrets.learn(Words{"ffmpeg", "rtmp://u:aaaaaaab@h/live/aaaaaaaaaaaaaaab"});
  for (const std::string& atom :
       {std::string("a"), std::string(":"), std::string("a://"), std::string("rtmp://h/"),
        std::string("token="), std::string("http://a:b@"), std::string("\"=\""),
        std::string("a.a-"), std::string("://@")}) {
    std::string text;
    while (text.size() < 64 * 1024) text += atom;
    const std::string once = secrets.mask(text);
    EXPECT_EQ(secrets.mask(once), once) << atom;
  }
}

TEST(Secrets, BytesThatAreNoTextPassThrough) {
  const std::string bytes("\x00\xff\xfe:\x80=\x01/", 8);
  Secrets secrets;
  secrets.learn(std::string_view("\xff\xfe\xfd\xfc\xfb\xfa"));
  EXPECT_EQ(secrets.mask(bytes), bytes);
  EXPECT_EQ(secrets.mask("<\xff\xfe\xfd\xfc\xfb\xfa>"), "<***>");
}

// A key that is called as its stream is: the name is a label of the metrics, and stands in each
// line.
TEST(Secrets, TheNameOfAStreamStaysReadableWhereItsKeyIsTheSame) {
  Secrets secrets;
  secrets.show("front-door");
  secrets.learn({"ffmpeg", "-i", "in", "-f", "flv", "rtmp://h/live/front-door"});
  EXPECT_EQ(secrets.mask("front-door"), "front-door");
  EXPECT_EQ(secrets.mask("front-door goes on with another limit"),
            "front-door goes on with another limit");
  EXPECT_EQ(secrets.mask("/api/v1/streams/front-door/restart"),
            "/api/v1/streams/front-door/restart");
  EXPECT_EQ(secrets.mask("rtmp://h/live/front-door: Broken pipe"),
            "rtmp://h/live/***: Broken pipe");
}

}  // namespace
}  // namespace supervisor
