#include "supervisor/exporters/exporter.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

#include "http/exporters/otlp.hpp"
#include "http/exporters/pushgateway.hpp"
#include "http/exporters/statsd.hpp"
#include "http/metrics/metrics.hpp"
#include "recovery/alerts/send.hpp"
#include "supervisor/exporters/datagram_socket.hpp"
#include "supervisor/io/host_name.hpp"

namespace supervisor {
namespace {

namespace asio = boost::asio;
namespace exporters = http::exporters;
using recovery::alerts::Attempt;
using recovery::alerts::Endpoint;
using recovery::alerts::Message;

constexpr monitor::Duration send_timeout = std::chrono::seconds(5);
// In OTLP, the wordiest, a stream is about 25 KiB, and there are at most 1000.
constexpr std::size_t body_limit = 32 * 1024 * 1024;

Endpoint endpoint_of(const std::string& url, const std::string& path,
                     const exporters::Headers& headers) {
  Endpoint endpoint = recovery::alerts::parse_endpoint(url, path);
  recovery::alerts::check_headers(headers);
  endpoint.headers.insert(endpoint.headers.end(), headers.begin(), headers.end());
  return endpoint;
}

ExportResult exported(const Attempt& attempt) {
  if (!attempt.failure) return {};
  return {attempt.error, attempt.failure->rest};
}

ExportResult too_large() {
  return {"more than 32 MiB of metrics", {}};
}

// One whole group: PUT replaces what it held before, a stream that is gone included.
class PushgatewayExport {
 public:
  PushgatewayExport(const exporters::Pushgateway& settings, const std::string& instance)
      : keep_(settings.keep),
        endpoint_(endpoint_of(settings.url, exporters::pushgateway_path(settings.job, instance),
                              settings.headers)) {}

  asio::awaitable<ExportResult> send(ExportInput moment) {
    Message message;
    message.method = moment.is_last && !keep_ ? "DELETE" : "PUT";
    message.content_type = "text/plain; version=0.0.4";
    if (message.method == "PUT") {
      message.body = families_.text_of(moment.view, moment.now);
    }
    if (message.body.size() > body_limit) co_return too_large();
    co_return exported(
        co_await recovery::alerts::send(endpoint_, std::move(message), send_timeout));
  }

 private:
  bool keep_;
  Endpoint endpoint_;
  http::Families families_;
};

class OtlpExport {
 public:
  OtlpExport(const exporters::Otlp& settings, std::string instance, recovery::WallTime started_at)
      : resource_{settings.service_name, std::move(instance)},
        started_at_(started_at),
        interval_(settings.interval),
        endpoint_(endpoint_of(settings.url, "/v1/metrics", settings.headers)) {}

  asio::awaitable<ExportResult> send(ExportInput moment) {
    Message message;
    message.body = exporters::otlp_json(families_.of(moment.view, moment.now), resource_,
                                        started_at_, moment.now.wall);
    if (message.body.size() > body_limit) co_return too_large();
    const Attempt attempt =
        co_await recovery::alerts::send(endpoint_, std::move(message), send_timeout);
    const std::string refusal = attempt.failure ? "" : exporters::otlp_refusal(attempt.answer);
    if (refusal.empty()) co_return exported(attempt);
    // What is refused in part must not be tried again at once.
    co_return ExportResult{endpoint_.name + ": " + refusal, interval_};
  }

 private:
  exporters::OtlpResource resource_;
  recovery::WallTime started_at_;
  monitor::Duration interval_;
  Endpoint endpoint_;
  http::Families families_;
};

// UDP does not acknowledge, but a machine whose port is closed refuses by ICMP: then the deltas
// since the last push are sent again.
class StatsdExport {
 public:
  explicit StatsdExport(const exporters::Statsd& settings)
      : report_(settings.format, settings.prefix), socket_(settings.address) {}

  asio::awaitable<ExportResult> send(ExportInput moment) {
    if (std::exchange(is_sent_, false) && !socket_.was_refused()) report_.confirm_sent();
    const auto datagrams = report_.datagrams(families_.of(moment.view, moment.now));
    ExportResult result;
    result.error = co_await socket_.send(datagrams, moment.now.steady + send_timeout);
    is_sent_ = result.error.empty();
    co_return result;
  }

 private:
  exporters::StatsdReport report_;
  DatagramSocket socket_;
  http::Families families_;
  bool is_sent_ = false;  // as far as is known yet
};

template <class Export, class... Arguments>
Exporter exporter(const char* name, monitor::Duration interval, const Arguments&... arguments) {
  try {
    const auto one = std::make_shared<Export>(arguments...);
    return {name, interval, [one](ExportInput moment) { return one->send(std::move(moment)); }};
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string(name) + ": " + error.what());
  }
}

}  // namespace

std::vector<Exporter> exporters_of(const exporters::Settings& settings,
                                   recovery::WallTime started_at) {
  const std::string instance = settings.instance.empty() ? host_name() : settings.instance;
  std::vector<Exporter> all;
  if (const auto& to = settings.pushgateway; !to.url.empty())
    all.push_back(exporter<PushgatewayExport>("pushgateway", to.interval, to, instance));
  if (const auto& to = settings.statsd; !to.address.empty())
    all.push_back(exporter<StatsdExport>("statsd", to.interval, to));
  if (const auto& to = settings.otlp; !to.url.empty())
    all.push_back(exporter<OtlpExport>("otlp", to.interval, to, instance, started_at));
  return all;
}

}  // namespace supervisor
