#pragma once

#include <string>

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>

namespace monitor::probes {

// Where the system has its authorities' certificates: a folder in which OpenSSL finds each by its
// name's hash, else one file with all. Both empty: there are none. A value.
struct Authorities {
  std::string folder;
  std::string file;

  bool empty() const { return folder.empty() && file.empty(); }
  bool operator==(const Authorities&) const = default;
};

// Looks below `root`. Each distribution has a place of its own, and the OpenSSL in a static program
// knows Debian's only. A folder comes first: of it, only what is needed is read.
Authorities find_authorities(const std::string& root = "");

// Has `context` trust the authorities of SSL_CERT_FILE and SSL_CERT_DIR, where one of them is set,
// else the system's. False: there are none, and no certificate will be accepted.
bool trust_authorities(boost::asio::ssl::context& context, boost::system::error_code& error);

// What there is to say then, in the place of OpenSSL's "unable to get local issuer certificate".
inline constexpr const char* no_authorities =
    "this system has no certificates of authorities to verify it by; install ca-certificates, or "
    "name a file of them in SSL_CERT_FILE";

}  // namespace monitor::probes
