// Of the static program only: it loads nothing. A shared object of the machine (a provider or
// engine that its openssl.cnf names) is made for the machine's own libc, and would bring the
// program down with it. So that file is not read, and these stand in the place of libc's.

#include <dlfcn.h>
#include <openssl/crypto.h>

namespace {

// Before Asio's own initialisation, which would read it.
[[gnu::constructor(101)]] void leave_the_machines_openssl_alone() {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
}

}  // namespace

extern "C" {

void* dlopen(const char*, int) noexcept {
  return nullptr;
}

void* dlsym(void*, const char*) noexcept {
  return nullptr;
}

int dlclose(void*) noexcept {
  return -1;
}

char* dlerror() noexcept {
  static char why[] = "a static program loads no shared object";
  return why;
}

int dladdr(const void*, Dl_info*) noexcept {
  return 0;
}

}  // extern "C"
