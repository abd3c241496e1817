#include "supervisor/journal/journal_line.hpp"

#include <cstdint>
#include <cstdio>
#include <limits>

#include <boost/crc.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "http/json.hpp"

namespace supervisor {
namespace {

namespace json = boost::json;

constexpr std::string_view opening = R"({"crc":")";
constexpr std::size_t digits = 8;  // of a CRC-32
constexpr std::string_view between = R"(",)";
constexpr std::size_t sealed_from = opening.size() + digits + between.size();
constexpr std::string_view program = "ffsupervisor";
constexpr std::string_view plain_header = R"({"journal":"ffsupervisor")";

std::string checksum(std::string_view sealed) {
  boost::crc_32_type crc;
  crc.process_bytes(sealed.data(), sealed.size());
  char text[digits + 1];
  std::snprintf(text, sizeof text, "%08x", static_cast<unsigned>(crc.checksum()));
  return text;
}

std::optional<json::object> parsed(std::string_view line) {
  boost::system::error_code error;
  json::value value = json::parse(json::string_view(line), error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

// What is no number counts as none; what is beyond all bounds is newer than anything.
unsigned version_in(const json::object& header) {
  const json::value* version = header.if_contains("version");
  if (!version || !version->is_number()) return 0;
  boost::system::error_code error;
  const auto number = version->to_number<std::uint32_t>(error);
  return error ? std::numeric_limits<unsigned>::max() : number;
}

}  // namespace

std::string sealed_line(const json::object& content) {
  const std::string text = http::print_json(content);
  const std::string sealed = text.substr(1);
  return std::string(opening) + checksum(sealed) + std::string(between) + sealed;
}

std::optional<json::object> open_line(std::string_view line) {
  if (line.size() <= sealed_from || line.size() > max_line_bytes) return std::nullopt;
  if (!line.starts_with(opening)) return std::nullopt;
  if (line.substr(opening.size() + digits, between.size()) != between) return std::nullopt;
  if (line.substr(opening.size(), digits) != checksum(line.substr(sealed_from))) {
    return std::nullopt;
  }
  return parsed(line);
}

bool is_torn_line(std::string_view text) {
  return text.size() <= max_line_bytes &&
         text.substr(0, opening.size()) == opening.substr(0, text.size());
}

std::string header_line() {
  return sealed_line({{"journal", json::string_view(program)}, {"version", journal_version}});
}

std::optional<unsigned> version_of(std::string_view line) {
  const bool by_hand = line.size() <= max_line_bytes && line.starts_with(plain_header);
  const std::optional<json::object> header = by_hand ? parsed(line) : open_line(line);
  if (!header) return std::nullopt;
  const json::value* journal = header->if_contains("journal");
  if (!journal || !journal->is_string() || journal->get_string() != program) return std::nullopt;
  return version_in(*header);
}

}  // namespace supervisor
