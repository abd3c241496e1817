#include "monitor/probes/dependency.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>

#include "monitor/probes/connection.hpp"
#include "monitor/probes/http_get.hpp"
#include "monitor/probes/media_probe.hpp"
#include "monitor/probes/target.hpp"
#include "monitor/text/sentence.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

DependencyReport report(bool up, std::string sentence) {
  return {.up = up, .sentence = std::move(sentence), .took = {}};
}

asio::awaitable<DependencyReport> ask_tcp(const std::string& target, Instant deadline) {
  const std::string url = "tcp://" + target;
  const Url parts = split_url(url);
  std::string host(parts.host);
  std::string port(parts.port);
  const std::string server = shown_server(host, port);
  try {
    const auto connection = co_await Connection::open(std::move(host), std::move(port), false,
                                                      deadline - steady_clock::now());
  } catch (const ConnectionError& error) {
    co_return report(false, sentence_of(error, server));
  }
  co_return report(true, server + " takes connections.");
}

asio::awaitable<DependencyReport> ask_http(std::string url, Instant deadline) {
  const std::string server = shown_server(url);
  const HttpAnswer answer = co_await http_get(std::move(url), deadline, 0);
  if (answer.status == 0) co_return report(false, answer.trouble);
  co_return report(answer.status < 400, server + " answers " + std::to_string(answer.status) + ".");
}

asio::awaitable<DependencyReport> ask(Dependency dependency, Instant deadline) {
  const Instant start = steady_clock::now();
  DependencyReport found;
  if (dependency.kind == Dependency::Kind::tcp)
    found = co_await ask_tcp(dependency.target, deadline);
  else
    found = co_await ask_http(std::move(dependency.target), deadline);
  found.took = steady_clock::now() - start;
  co_return found;
}

DependencyReport report_of_failure(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return report(false, sentence("The probe failed: %s.", error.what()));
  }
}

}  // namespace

void probe_dependency(const asio::any_io_executor& executor, Dependency dependency,
                      Duration timeout, std::function<void(DependencyReport)> done) {
  const Instant deadline = steady_clock::now() + timeout;
  auto begin = [executor, dependency = std::move(dependency), deadline,
                done = std::move(done)]() mutable {
    auto finished = [done = std::move(done)](const std::exception_ptr& failure,
                                             DependencyReport found) {
      done(failure ? report_of_failure(failure) : std::move(found));
    };
    asio::co_spawn(executor, ask(std::move(dependency), deadline), std::move(finished));
  };
  asio::post(executor, std::move(begin));
}

}  // namespace monitor::probes
