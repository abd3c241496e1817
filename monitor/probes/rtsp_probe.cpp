#include "monitor/probes/rtsp_probe.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include "monitor/probes/connection.hpp"
#include "monitor/probes/media_probe.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {
namespace {

namespace asio = boost::asio;
using std::string_view;
using std::chrono::steady_clock;
using Step = ConnectionError::Step;

constexpr std::size_t reply_limit = 64 * 1024;  // bytes

// Without user and password, which the server must not see in a look.
std::string asked_url(const Url& url) {
  std::string asked = std::string(url.scheme) + "://" + host_and_port(url.host, url.port);
  for (const char c : url.path) {
    if (static_cast<unsigned char>(c) > 0x20 && c != 0x7F) asked += c;
  }
  return asked;
}

std::string request(string_view method, const std::string& url, int number) {
  std::string text = std::string(method) + ' ' + url + " RTSP/1.0\r\n";
  text += "CSeq: " + std::to_string(number) + "\r\nUser-Agent: Lavf/59 (ffsupervisor)\r\n";
  if (method == "DESCRIBE") text += "Accept: application/sdp\r\n";
  return text + "\r\n";
}

// 0: no RTSP, or no whole header.
int rtsp_status(string_view reply) {
  constexpr string_view version = "RTSP/1.";
  if (!reply.starts_with(version) || reply.find("\r\n\r\n") == string_view::npos) return 0;
  const std::size_t blank = reply.find(' ');
  int status = 0;
  if (blank != string_view::npos)
    std::from_chars(reply.data() + blank + 1, reply.data() + reply.size(), status);
  return status;
}

asio::awaitable<std::string> exchange(Connection& connection, std::string asks) {
  co_await connection.write(asks);
  std::string reply;
  std::array<char, 4096> buffer;
  while (reply.size() < reply_limit && reply.find("\r\n\r\n") == std::string::npos) {
    const std::size_t count = co_await connection.read_some(asio::buffer(buffer));
    if (count == 0) break;
    reply.append(buffer.data(), count);
  }
  co_return reply;
}

Finding judge(const std::string& who, string_view reply, bool has_user) {
  const int status = rtsp_status(reply);
  if (reply.empty())
    return not_available(Cause::source_unreachable,
                         who + " closes the connection without an answer.");
  if (status == 0) return not_available(Cause::source_corrupt, who + " answers, but not in RTSP.");
  const std::string answers = who + " answers " + std::to_string(status);
  if (status == 200)
    return {.available = true,
            .sentence = answers + " and describes its media.",
            .answer = LookAnswer::delivers};
  const bool is_login = status == 401 || status == 407;
  if ((is_login && has_user) || (status >= 300 && status < 400))
    return {.available = true,
            .sentence = answers + (is_login ? " and asks for the login: it is up." : ": it is up."),
            .answer = LookAnswer::reachable};
  if (is_login)
    return not_available(Cause::source_refused, answers + ": it requires credentials.",
                         LookAnswer::refused);
  if (status == 404 || status == 410)
    return not_available(Cause::source_missing, answers + ": the stream is not there.",
                         LookAnswer::missing);
  if (status == 403)
    return not_available(Cause::source_refused, answers + ": access is forbidden.",
                         LookAnswer::refused);
  if (status == 453 || status == 429)
    return not_available(Cause::source_unreachable, answers + ": it cannot serve now.",
                         LookAnswer::refused);
  return not_available(Cause::source_unreachable, answers + ": it does not describe its media.");
}

Finding of_error(const std::string& who, const std::string& server, const ConnectionError& error) {
  const bool timed_out = error.code() == asio::error::timed_out;
  if (timed_out && error.step() == Step::exchange)
    return not_available(Cause::source_stalled,
                         who + " takes the connection, but does not answer in time.");
  return not_available(Cause::source_unreachable, sentence_of(error, server), answer_of(error));
}

}  // namespace

asio::awaitable<Finding> probe_rtsp(Target target, Instant deadline) {
  const std::string opened(opened_url(target.url));
  const Url url = split_url(opened);
  const std::string who = shown_url(opened);
  const std::string asked = asked_url(url);
  std::string host(url.host);
  std::string port(port_of(opened));
  const std::string server = shown_server(host, port);
  std::optional<ConnectionError> failure;
  std::string reply;
  try {
    const auto connection =
        co_await Connection::open(std::move(host), std::move(port), url.scheme == "rtsps",
                                  deadline - steady_clock::now(), target.verify_tls, &target.tls);
    const std::string options = request("OPTIONS", asked, 1);
    const std::string describe = request("DESCRIBE", asked, 2);
    reply = co_await exchange(*connection, options);
    if (rtsp_status(reply) != 0) reply = co_await exchange(*connection, describe);
  } catch (const ConnectionError& error) {
    failure = error;
  }
  if (failure) co_return of_error(who, server, *failure);
  co_return judge(who, reply, !url.userinfo.empty());
}

}  // namespace monitor::probes
