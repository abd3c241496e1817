#include <stdexcept>
#include <utility>

#include "supervisor/app/supervisor.hpp"
#include "supervisor/child/descriptor_limit.hpp"
#include "supervisor/log/request_log.hpp"

namespace supervisor {

std::unique_ptr<http::Server> Supervisor::serve() {
  http::SupervisorApi api;
  api.ping = [this](std::function<void()> answer) { loop_.thread().post(std::move(answer)); };
  api.control = [this](http::SupervisorApi::Target target, http::Control what, auto answer) {
    loop_.thread().post([this, target = std::move(target), what, answer = std::move(answer)] {
      answer(control(target, what));
    });
  };
  api.reload = [this](Reloader::Answer answer) {
    loop_.thread().post([this, answer = std::move(answer)] { reloader_.request(answer); });
  };
  api.test_alerts = [this](std::function<void(http::Outcome)> answer) {
    loop_.thread().post([this, answer = std::move(answer)] {
      if (stopping_ || leaving_) return answer({409, "ffsupervisor is stopping"});
      alerts_->test(answer);
    });
  };
  api.on_now_playing = [this](monitor::NowPlaying report, bool is_trusted) {
    on_now_playing(std::move(report), is_trusted);
  };
  const auto log = [this](const http::Server::LogEntry& entry) { log_request(log_, entry); };
  http::Bounds bounds;
  bounds.connections = connections_limit();
  try {
    return std::make_unique<http::Server>(config_.http, bounds, snapshots_, std::move(api), log);
  } catch (const std::runtime_error& error) {
    throw ConfigError(error.what());
  }
}

// What the limit leaves beyond the need of the streams and a reserve, so that no number of clients
// can keep a stream from being launched.
std::size_t Supervisor::connections_limit() const {
  return http_connections_limit(descriptor_limit(), streams_.children_at_most(),
                                http::Bounds{}.connections);
}

http::Outcome Supervisor::control(const http::SupervisorApi::Target& target, http::Control what) {
  if (stopping_ || leaving_) return {409, "ffsupervisor is stopping"};
  StreamDriver* stream = streams_.find(target.stream);
  if (!stream) return {404, "there is no such stream"};
  return target.output.empty() ? stream->control(what)
                               : stream->control_output(target.output, what);
}

// From the HTTP thread. What a loop that hangs cannot take is dropped: AzuraCast is also polled.
void Supervisor::on_now_playing(monitor::NowPlaying report, bool is_trusted) {
  constexpr unsigned waiting_limit = 256;  // reports of some KB
  if (hooks_waiting_.fetch_add(1) >= waiting_limit) {
    hooks_waiting_.fetch_sub(1);
    return;
  }
  loop_.thread().post([this, report = std::move(report), is_trusted] {
    hooks_waiting_.fetch_sub(1);
    bool is_of_one = false;
    const bool is_only = streams_.size() == 1;
    streams_.for_each([&](StreamDriver& stream) {
      is_of_one = stream.on_now_playing(report, is_only, is_trusted) || is_of_one;
    });
    if (is_of_one || std::exchange(has_logged_hook_, true)) return;
    log_.write(LogLevel::warning, "azuracast_hook_ignored", {},
               "AzuraCast's web hook reports a station that no stream names as its source",
               {{"station", std::string_view(report.station)}});
  });
}

}  // namespace supervisor
