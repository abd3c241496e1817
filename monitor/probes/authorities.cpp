#include "monitor/probes/authorities.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include <openssl/x509.h>

namespace monitor::probes {
namespace {

namespace fs = std::filesystem;

constexpr const char* folders[] = {
    "/etc/ssl/certs",      // Debian, SUSE, Alpine, Arch
    "/etc/pki/tls/certs",  // Fedora, Red Hat
};
constexpr const char* bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Alpine, Arch, Gentoo
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, Red Hat
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // the same, newer
    "/etc/ssl/ca-bundle.pem",                             // SUSE
    "/etc/ssl/cert.pem",                                  // Alpine, BSD
};

// "5443e9e3.0": the hash of a name, by which OpenSSL looks.
bool is_hashed(std::string_view name) {
  constexpr std::size_t digits = 8;
  return name.size() > digits + 1 && name[digits] == '.' &&
         name.substr(0, digits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool has_hashed(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    if (is_hashed(entry->path().filename().string())) return true;
  return false;
}

bool is_told() {
  return std::getenv(X509_get_default_cert_file_env()) != nullptr ||
         std::getenv(X509_get_default_cert_dir_env()) != nullptr;
}

bool has_default() {
  std::error_code ignored;
  return fs::exists(X509_get_default_cert_file(), ignored) ||
         has_hashed(X509_get_default_cert_dir());
}

}  // namespace

Authorities find_authorities(const std::string& root) {
  for (const char* folder : folders)
    if (has_hashed(root + folder)) return {root + folder, {}};
  std::error_code ignored;
  for (const char* bundle : bundles)
    if (fs::exists(root + bundle, ignored)) return {{}, root + bundle};
  return {};
}

bool trust_authorities(boost::asio::ssl::context& context, boost::system::error_code& error) {
  context.set_default_verify_paths(error);
  if (error || is_told() || has_default()) return true;
  const Authorities found = find_authorities();
  if (!found.folder.empty()) context.add_verify_path(found.folder, error);
  if (!found.file.empty()) context.load_verify_file(found.file, error);
  return !found.empty();
}

}  // namespace monitor::probes
