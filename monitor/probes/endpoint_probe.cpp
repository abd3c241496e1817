#include "monitor/probes/endpoint_probe.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "monitor/probes/blocking_call.hpp"
#include "monitor/probes/connection.hpp"
#include "monitor/probes/media_probe.hpp"
#include "monitor/probes/proxy.hpp"
#include "monitor/probes/rtsp_probe.hpp"
#include "monitor/text/url.hpp"

namespace monitor::probes {
namespace {

namespace asio = boost::asio;
using std::string_view;
using std::chrono::steady_clock;

enum class Role : std::uint8_t { source, sink };

Finding available(std::string sentence) {
  return {.available = true, .sentence = std::move(sentence), .answer = LookAnswer::reachable};
}

asio::awaitable<Finding> probe_tcp(Target target, Role role, Instant deadline) {
  const string_view opened = opened_url(target.url);
  const Url url = split_url(opened);
  std::string host(url.host);
  std::string port(port_of(opened));
  const std::string server = shown_server(host, port);
  if (url.scheme == "rtmps" && goes_through_proxy(host))
    co_return available(server + " is reached through a proxy: not probed.");
  try {
    const auto connection = co_await Connection::open(std::move(host), std::move(port), false,
                                                      deadline - steady_clock::now());
  } catch (const ConnectionError& error) {
    const Cause cause = role == Role::sink ? Cause::sink_unreachable : Cause::source_unreachable;
    co_return not_available(cause, sentence_of(error, server), answer_of(error));
  }
  co_return available(server + " takes connections.");
}

// 0 where it is there and may be read.
int error_of_path(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return errno;
  if (S_ISDIR(facts.st_mode)) return EISDIR;
  return ::access(path.c_str(), R_OK) == 0 ? 0
                                           : errno;  // to open a FIFO would take its writer's data
}

std::string shown_path(const std::string& path) {
  constexpr std::size_t limit = 120;  // bytes
  std::string text = path.size() <= limit ? path : "…" + path.substr(path.rfind('/') + 1);
  if (text.size() > limit) text = "of a long name";
  std::ranges::replace_if(
      text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; }, '?');
  return text;
}

Finding judge_error(const std::string& path, int error) {
  const std::string file = "The file " + shown_path(path);
  if (error == ENOENT && is_file_pattern(path))
    return available(file + " is a pattern: not probed.");
  if (error == ENOENT || error == ENOTDIR)
    return not_available(Cause::source_missing, file + " is not there.", LookAnswer::missing);
  if (error == EACCES || error == EPERM)
    return not_available(Cause::source_refused, file + " cannot be read: permission denied.",
                         LookAnswer::missing);
  if (error == EISDIR) return not_available(Cause::source_corrupt, file + " is a folder.");
  const std::string why = boost::system::system_category().message(error);
  return not_available(Cause::source_unreachable, file + " cannot be read: " + why + ".");
}

Finding judge_path(const std::string& path, int error) {
  if (error == 0) return available("The file " + shown_path(path) + " is there.");
  Finding finding = judge_error(path, error);
  finding.is_local = !finding.available;
  return finding;
}

asio::awaitable<Finding> probe_path(Target target, Instant deadline) {
  const std::string path(opened_url(target.url));
  std::optional<int> error;
  try {
    auto work = [path] { return error_of_path(path); };
    error = co_await run_blocking(std::move(work), deadline);
  } catch (const boost::system::system_error& too_many) {
    error = too_many.code().value();
  }
  if (error) co_return judge_path(path, *error);
  co_return not_available(Cause::source_stalled,
                          "The file " + shown_path(path) + ": its file system does not answer.");
}

asio::awaitable<Finding> probe(Target target, Role role, Instant deadline) {
  const auto start = steady_clock::now();
  Finding finding = available({});
  if (target.reach == Reach::tcp)
    finding = co_await probe_tcp(std::move(target), role, deadline);
  else if (target.reach == Reach::media)
    finding = co_await probe_media(std::move(target), deadline);
  else if (target.reach == Reach::rtsp)
    finding = co_await probe_rtsp(std::move(target), deadline);
  else if (target.reach == Reach::path)
    finding = co_await probe_path(std::move(target), deadline);
  finding.took = steady_clock::now() - start;
  co_return finding;
}

// The first that is not available; what its answer allows is what the strictest allows.
Finding first_missing(const std::vector<std::optional<Finding>>& findings) {
  const auto first =
      std::ranges::find_if(findings, [](const auto& finding) { return !finding->available; });
  Finding found = **first;
  for (const auto& finding : findings) {
    if (finding->available || finding->answer != LookAnswer::refused) continue;
    found.answer = LookAnswer::refused;
    found.retry_after = std::max(found.retry_after, finding->retry_after);
  }
  return found;
}

// The probes of one call, until the last has answered.
struct Round {
  std::vector<std::optional<Finding>> findings;
  std::size_t waiting = 0;
  std::function<void(Finding)> done;

  void take(std::size_t at, Finding finding) {
    findings[at] = std::move(finding);
    if (--waiting == 0) done(sum());
  }
  Finding sum() const {
    Finding all = available("All that can be probed are available.");
    if (std::ranges::any_of(findings, [](const auto& each) { return !each->available; })) {
      all = first_missing(findings);
    } else if (findings.size() == 1) {
      all = *findings[0];
    } else {
      // Which of several connections has ended is not known: one that has an end of its own may.
      all.is_finite =
          std::ranges::any_of(findings, [](const auto& each) { return each->is_finite; });
    }
    for (const auto& finding : findings) all.took = std::max(all.took, finding->took);
    return all;
  }
};

Finding finding_of_failure(const std::exception_ptr& failure, Role role) {
  const Cause cause = role == Role::sink ? Cause::sink_unreachable : Cause::source_unreachable;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    return not_available(cause, std::string("The probe failed: ") + error.what() + ".");
  }
}

void start(const asio::any_io_executor& executor, std::vector<Target> targets, Role role,
           Duration timeout, const std::shared_ptr<Round>& round) {
  if (targets.empty()) return round->done(available("There is nothing to probe."));
  const Instant deadline = steady_clock::now() + timeout;
  round->findings.resize(targets.size());
  round->waiting = targets.size();
  for (std::size_t i = 0; i < targets.size(); ++i) {
    asio::co_spawn(executor, probe(std::move(targets[i]), role, deadline),
                   [round, role, i](const std::exception_ptr& failure, Finding finding) {
                     round->take(i,
                                 failure ? finding_of_failure(failure, role) : std::move(finding));
                   });
  }
}

void probe_all(const asio::any_io_executor& executor, std::vector<Target> targets, Role role,
               Duration timeout, std::function<void(Finding)> done) {
  std::erase_if(targets, [role](const Target& target) {
    return target.reach == Reach::unknown || (role == Role::sink && target.reach != Reach::tcp);
  });
  // The same input twice (once for its picture, once for its sound) is asked once.
  for (auto at = targets.begin(); at != targets.end(); ++at)
    targets.erase(std::remove(at + 1, targets.end(), Target(*at)), targets.end());
  const auto round = std::make_shared<Round>();
  round->done = std::move(done);
  asio::post(executor, [executor, targets = std::move(targets), role, timeout, round]() mutable {
    start(executor, std::move(targets), role, timeout, round);
  });
}

}  // namespace

void probe_sources(const asio::any_io_executor& executor, std::vector<Target> targets,
                   Duration timeout, std::function<void(Finding)> done) {
  probe_all(executor, std::move(targets), Role::source, timeout, std::move(done));
}

void probe_sinks(const asio::any_io_executor& executor, std::vector<Target> targets,
                 Duration timeout, std::function<void(Finding)> done) {
  probe_all(executor, std::move(targets), Role::sink, timeout, std::move(done));
}

}  // namespace monitor::probes
