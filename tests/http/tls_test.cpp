#include "http/tls.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "http/client.hpp"
#include "stage.hpp"

namespace {

namespace fs = std::filesystem;
namespace ssl = boost::asio::ssl;
using namespace std::chrono_literals;

// A folder with a certificate that signs itself, made by openssl.
class Certificates {
 public:
  Certificates() {
    fs::create_directories(folder_);
    make("station");
  }
  ~Certificates() { fs::remove_all(folder_); }

  void make(const std::string& name) const {
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
        "-nodes -days 2 -subj /CN=" +
        name + " -keyout " + key() + " -out " + certificate() + " 2>/dev/null";
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  void write(const std::string& path, const std::string& text) const {
    std::ofstream(path) << text;
  }
  std::string certificate() const { return folder_ + "/cert.pem"; }
  std::string key() const { return folder_ + "/key.pem"; }
  http::Settings settings() const {
    http::Settings settings;
    settings.tls = {certificate(), key()};
    return settings;
  }

 private:
  const std::string folder_ = testing::TempDir() + "tls_test." + std::to_string(::getpid());
};

struct Secured {
  Certificates files;
  Stage stage{{on_air_snapshot("radio")}, {.request_timeout = 1s}, "/metrics", files.settings()};

  std::string url(const std::string& path) const {
    return "https://127.0.0.1:" + std::to_string(stage.port()) + path;
  }
  // The common name of the certificate that a new connection gets.
  std::string name(int version = TLS1_3_VERSION) const {
    boost::asio::io_context context;
    ssl::context tls(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(tls.native_handle(), version);
    SSL_CTX_set_security_level(tls.native_handle(), 0);
    ssl::stream<boost::asio::ip::tcp::socket> stream(context, tls);
    stream.next_layer().connect({boost::asio::ip::address_v4::loopback(), stage.port()});
    boost::system::error_code error;
    stream.handshake(ssl::stream_base::client, error);
    if (error) return "no handshake";
    X509* const certificate = SSL_get_peer_certificate(stream.native_handle());
    char text[100] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text,
                              sizeof text);
    X509_free(certificate);
    return text;
  }
};

TEST(Tls, RequestsAreAnsweredThroughIt) {
  const Secured secured;
  EXPECT_EQ(http::get(secured.url("/health/readiness"), 5s).status, 200);
  EXPECT_EQ(http::get(secured.url("/metrics"), 5s).status, 200);
  EXPECT_EQ(http::get(secured.url("/nothing"), 5s).status, 404);
}

TEST(Tls, VersionsBelow12AreRefused) {
  const Secured secured;
  EXPECT_EQ(secured.name(TLS1_3_VERSION), "station");
  EXPECT_EQ(secured.name(TLS1_2_VERSION), "station");
  EXPECT_EQ(secured.name(TLS1_1_VERSION), "no handshake");
}

TEST(Tls, PlainHttpIsToldWhatIsWrong) {
  const Secured secured;
  const auto reply = secured.stage.get("/metrics");
  EXPECT_EQ(reply.status, 400);
  EXPECT_NE(reply.body.find("https://"), std::string::npos) << reply.body;
}

TEST(Tls, AHandshakeThatIsNotFinishedIsGivenUp) {
  const Secured secured;
  RawClient begun(secured.stage.port());
  begun.send("\x16\x03\x01");
  EXPECT_TRUE(begun.is_closed_soon());
  RawClient broken(secured.stage.port());
  broken.send("\x16\x03\x01\x02\x00 this is no handshake" + std::string(600, 'x'));
  EXPECT_TRUE(broken.is_closed_soon());
  EXPECT_EQ(secured.name(), "station");
}

TEST(Tls, ANewCertificateIsTakenWithoutARestart) {
  const Secured secured;
  EXPECT_EQ(secured.name(), "station");
  secured.files.make("renewed");
  EXPECT_TRUE(holds_soon([&] { return secured.name() == "renewed"; }));
}

// A FIFO that nothing writes to stands for a file system that hangs.
std::ptrdiff_t threads() {
  return std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator());
}

// A FIFO would hold up who opens it.
TEST(Tls, AFifoInThePlaceOfAFileLeavesTheOldCertificateAndDelaysNothing) {
  std::thread([] {}).join();  // a sanitizer's own thread comes with the first one
  const std::ptrdiff_t before = threads();
  auto secured = std::make_unique<const Secured>();
  EXPECT_EQ(secured->name(), "station");
  fs::remove(secured->files.key());
  ASSERT_EQ(::mkfifo(secured->files.key().c_str(), 0600), 0);
  ASSERT_TRUE(holds_soon([&] {
    EXPECT_EQ(secured->name(), "station");
    return std::ranges::any_of(secured->stage.log(),
                               [](const auto& entry) { return entry.warning; });
  }));
  secured.reset();
  EXPECT_TRUE(holds_soon([before] { return threads() == before; })) << "no reader hangs";
}

TEST(Tls, ABadNewCertificateLeavesTheOldOneAndIsSaidOnce) {
  const Secured secured;
  secured.files.write(secured.files.certificate(), "no certificate\n");
  ASSERT_TRUE(holds_soon([&] {
    EXPECT_EQ(secured.name(), "station");
    return std::ranges::any_of(secured.stage.log(),
                               [](const auto& entry) { return entry.warning; });
  }));
  for (int i = 0; i < 25; ++i) {
    EXPECT_EQ(secured.name(), "station");
    ::usleep(50'000);
  }
  int warnings = 0;
  for (const auto& entry : secured.stage.log()) {
    if (!entry.warning) continue;
    ++warnings;
    EXPECT_TRUE(entry.message.starts_with("http.tls.certificate: cannot use " +
                                          secured.files.certificate() + ": "))
        << entry.message;
  }
  EXPECT_EQ(warnings, 1);
}

std::string failure_of(const http::Tls& files) {
  http::Settings settings;
  settings.address = "127.0.0.1";
  settings.port = 0;
  settings.tls = files;
  const http::SnapshotStore snapshots(0);
  try {
    const http::Server server(settings, {}, snapshots, {}, {});
    return "no failure";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST(Tls, FilesThatCannotBeUsedAreNamedAtStart) {
  const Certificates files;
  EXPECT_TRUE(
      failure_of({files.certificate() + ".not", files.key()})
          .starts_with("http.tls.certificate: cannot use " + files.certificate() + ".not: "));
  EXPECT_TRUE(failure_of({files.certificate(), files.key() + ".not"})
                  .starts_with("http.tls.private_key: cannot use " + files.key() + ".not: "));
  const std::string old = files.certificate() + ".old";
  fs::copy_file(files.certificate(), old);
  files.make("another");
  EXPECT_TRUE(failure_of({old, files.key()}).starts_with("http.tls.private_key: cannot use "));
  EXPECT_EQ(failure_of({files.certificate(), files.key()}), "no failure");
}

}  // namespace
