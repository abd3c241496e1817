#include "monitor/probes/name_lookup.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#ifdef FFSUPERVISOR_STATIC
#include <nss.h>
#endif

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>

#include "monitor/probes/blocking_call.hpp"

namespace monitor::probes {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t address_limit = 16;  // tried of one name

// A static program asks the hosts file and DNS, whatever /etc/nsswitch.conf names beside them:
// those are shared libraries of the machine, made for its own glibc. What only they know, FFmpeg
// still finds.
void ask_nobody_else() {
#ifdef FFSUPERVISOR_STATIC
  static const int done = __nss_configure_lookup("hosts", "files dns");
  static_cast<void>(done);
#endif
}

NameLookup ask_resolver(const std::string& host, const std::string& port) {
  ask_nobody_else();
  NameLookup found;
  asio::io_context context;
  const auto entries = tcp::resolver(context).resolve(host, port, found.error);
  for (const auto& entry : entries) {
    if (found.endpoints.size() < address_limit) found.endpoints.push_back(entry.endpoint());
  }
  if (!found.error && found.endpoints.empty()) found.error = asio::error::host_not_found;
  return found;
}

std::optional<tcp::endpoint> literal(const std::string& host, const std::string& port) {
  error_code error;
  const auto address = asio::ip::make_address(host, error);
  std::uint16_t number = 0;
  const char* last = port.data() + port.size();
  const auto [end, wrong] = std::from_chars(port.data(), last, number);
  if (error || wrong != std::errc{} || end != last) return std::nullopt;
  return tcp::endpoint(address, number);
}

}  // namespace

asio::awaitable<NameLookup> look_up_name(std::string host, std::string port, Instant deadline) {
  NameLookup found;
  if (const auto endpoint = literal(host, port)) {
    found.endpoints.push_back(*endpoint);
    co_return found;
  }
  try {
    auto work = [host, port] { return ask_resolver(host, port); };
    auto answer = co_await run_blocking(std::move(work), deadline);
    if (answer) co_return std::move(*answer);
    found.error = asio::error::timed_out;
  } catch (const boost::system::system_error& too_many) {
    found.error = too_many.code();
  }
  co_return found;
}

}  // namespace monitor::probes
