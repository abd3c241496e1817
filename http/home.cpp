#include "http/home.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "monitor/text/utf8.hpp"

namespace http {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : monitor::valid_utf8(text)) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string link(std::string_view path, std::string_view label) {
  return "<a href=\"" + escaped(path) + "\">" + escaped(label) + "</a>";
}

std::string stream_item(const StreamSnapshot& stream) {
  const std::string path =
      "/api/v1/streams/" + boost::urls::encode(stream.name, boost::urls::unreserved_chars);
  const recovery::Status& status = stream.status;
  std::string item =
      "<li>" + link(path, stream.name) + ": " + escaped(recovery::name(status.state));
  if (status.verdict) item += ", " + escaped(monitor::name(status.verdict->cause));
  if (status.escalated) item += ", escalated";
  return item + " (" + link(path + "/recovery", "recovery") + ")</li>\n";
}

}  // namespace

Reply home(const Board::View& view, std::string_view metrics_path) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\">"
      "<meta name=\"color-scheme\" content=\"light dark\"><title>ffsupervisor</title></head>\n"
      "<body>\n<h1>ffsupervisor " FFSUPERVISOR_VERSION "</h1>\n<h2>Streams</h2>\n<ul>\n";
  for (const auto& stream : view.streams) page += stream_item(*stream);
  page += "</ul>\n<h2>Here</h2>\n<ul>\n";
  for (const std::string_view path :
       {metrics_path, std::string_view("/health/liveness"), std::string_view("/health/readiness"),
        std::string_view("/health/detailed"), std::string_view("/api/v1/streams"),
        std::string_view("/api/v1/incidents")}) {
    page += "<li>" + link(path, path) + "</li>\n";
  }
  page += "</ul>\n</body>\n</html>\n";
  return {200, "text/html; charset=utf-8", std::make_shared<std::string>(std::move(page)),
          "Content-Security-Policy: default-src 'none'; base-uri 'none'; form-action 'none'; "
          "frame-ancestors 'none'\r\nReferrer-Policy: no-referrer\r\n"};
}

}  // namespace http
