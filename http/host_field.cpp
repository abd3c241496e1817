#include "http/host_field.hpp"

#include <algorithm>
#include <string>

#include <boost/asio/ip/address.hpp>

#include "monitor/text/ascii.hpp"
#include "monitor/text/percent.hpp"

namespace http {
namespace {

using std::string_view;

bool is_of_a_name(char c) {
  constexpr string_view others = "-._~!$&'()*+,;=%";  // unreserved, sub-delims, percent encodings
  return monitor::is_letter(c) || monitor::is_digit(c) || others.find(c) != string_view::npos;
}

bool is_port(string_view text) {
  return std::ranges::all_of(text, monitor::is_digit);
}

// Behind the host: nothing, or a colon and digits. RFC 3986 allows a colon alone.
std::optional<HostField> with_port(HostField field, string_view rest) {
  if (rest.empty()) return field;
  if (!rest.starts_with(':') || !is_port(rest.substr(1))) return std::nullopt;
  field.port = rest.substr(1);
  return field;
}

std::optional<HostField> bracketed(string_view text) {
  const std::size_t end = text.find(']');
  if (end == string_view::npos) return std::nullopt;
  const string_view address = text.substr(1, end - 1);
  boost::system::error_code error;
  boost::asio::ip::make_address_v6(std::string(address), error);
  const bool has_zone = address.find('%') != string_view::npos;  // of no use to others
  if (error || has_zone) return std::nullopt;
  return with_port({address, {}, true}, text.substr(end + 1));
}

}  // namespace

std::optional<HostField> host_field(string_view text) {
  if (text.starts_with('[')) return bracketed(text);
  const std::size_t colon = std::min(text.find(':'), text.size());
  const string_view host = text.substr(0, colon);
  if (!std::ranges::all_of(host, is_of_a_name) || !monitor::is_percent_encoded(host)) {
    return std::nullopt;
  }
  boost::system::error_code error;
  boost::asio::ip::make_address_v4(std::string(host), error);
  return with_port({host, {}, !error}, text.substr(colon));
}

}  // namespace http
