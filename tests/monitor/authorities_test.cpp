#include "monitor/probes/authorities.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace monitor::probes {
namespace {

namespace fs = std::filesystem;

class FindAuthorities : public testing::Test {
 protected:
  FindAuthorities() {
    std::string name = "/tmp/ffsupervisor_authorities_XXXXXX";
    root_ = ::mkdtemp(name.data());
  }
  ~FindAuthorities() override { fs::remove_all(root_); }

  void make(const std::string& path) const {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << "a certificate";
  }

  std::string root_;
};

TEST_F(FindAuthorities, AnEmptySystemHasNone) {
  EXPECT_TRUE(find_authorities(root_).empty());
}

TEST_F(FindAuthorities, AFolderOfHashedNamesComesBeforeTheFileInIt) {
  make("/etc/ssl/certs/ca-certificates.crt");
  make("/etc/ssl/certs/5443e9e3.0");
  EXPECT_EQ(find_authorities(root_), (Authorities{root_ + "/etc/ssl/certs", {}}));
}

TEST_F(FindAuthorities, AFolderWithoutHashedNamesIsNone) {
  make("/etc/ssl/certs/ca-certificates.crt");
  make("/etc/ssl/certs/mine.pem");
  EXPECT_EQ(find_authorities(root_),
            (Authorities{{}, root_ + "/etc/ssl/certs/ca-certificates.crt"}));
}

TEST_F(FindAuthorities, FedoraHasThemElsewhere) {
  make("/etc/pki/tls/certs/ca-bundle.crt");
  EXPECT_EQ(find_authorities(root_), (Authorities{{}, root_ + "/etc/pki/tls/certs/ca-bundle.crt"}));
}

}  // namespace
}  // namespace monitor::probes
