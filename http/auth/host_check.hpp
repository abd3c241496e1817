#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/settings.hpp"

namespace http {

// Whether a request is for this server, by the name in its field Host. Against DNS rebinding: a
// page lets its own name stand for this server's address, and its reader's browser then takes this
// server for that page's own, with all that it shows. So the page's name is refused; no page can
// choose the others: addresses, names without a dot, `.local`, `.internal`, `.localhost`, this
// machine's name, the host of `http.public_url`, and `http.allowed_hosts`. For one thread.
class HostCheck {
 public:
  explicit HostCheck(const Settings& settings);

  // `host`: of valid syntax, with or without a port. An empty one is taken: no browser leaves it
  // out.
  bool takes(std::string_view host) const;

 private:
  std::vector<std::string> names_;  // in lower case, without a dot at the end
};

}  // namespace http
