#include "http/routes.hpp"

#include <charconv>
#include <utility>

#include "http/api.hpp"
#include "http/health.hpp"
#include "http/network.hpp"
#include "http/page/page.hpp"
#include "http/request_path.hpp"

namespace http {
namespace {

constexpr std::string_view detailed_path = "/health/detailed";
constexpr std::string_view liveness_path = "/health/liveness";
constexpr std::string_view health_prefix = "/health/";
constexpr std::string_view events_path = "/api/v1/events";
constexpr std::string_view hooks_prefix = "/webhook/";
constexpr std::string_view samples_suffix = "/samples";
constexpr std::string_view recovery_suffix = "/recovery";
constexpr std::string_view picture_suffix = "/picture";

// Time for the supervising loop to answer; a stuck one never does.
constexpr std::chrono::seconds control_limit{2};
constexpr std::chrono::seconds reload_limit{10};      // reads files, perhaps over a network
constexpr std::chrono::seconds alert_test_limit{45};  // a command has 32 s

std::size_t parse_limit(std::string_view text) {
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && limit >= 1 && limit <= limit_max) return limit;
  throw BadRequest("limit must be a whole number from 1 to " + std::to_string(limit_max));
}

// Of `limit=N`; other parameters are ignored. (boost::urls::parse_query of 1.81 reads on to a NUL
// that a view does not have.)
std::size_t limit_of(const Request& request, std::size_t otherwise) {
  constexpr std::string_view key = "limit=";
  std::string_view rest = request.query;
  while (!rest.empty()) {
    const std::size_t end = rest.find('&');
    const std::string_view parameter = rest.substr(0, end);
    if (parameter.starts_with(key)) return parse_limit(parameter.substr(key.size()));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return otherwise;
}

// The routes that need nothing but the snapshots.
using Handler = Reply (*)(const SnapshotStore::View& view, const Request& request,
                          const ClockReading& now);
struct Route {
  std::string_view path;
  Handler handler;
};
using View = SnapshotStore::View;
using Now = ClockReading;
constexpr Route fixed_routes[] = {
    {"/health/readiness",
     [](const View& view, const Request&, const Now& now) { return readiness(view, now); }},
    {"/api/v1/openapi.json", [](const View&, const Request&, const Now&) { return openapi(); }},
    {"/api/v1/streams",
     [](const View& view, const Request&, const Now& now) { return streams(view, now); }},
    {"/api/v1/timeline",
     [](const View& view, const Request&, const Now& now) { return timeline(view, now); }},
    {"/api/v1/incidents",
     [](const View& view, const Request& request, const Now& now) {
       return incidents(view, limit_of(request, default_incidents), now);
     }},
};

Reply one_stream(const View& view, const Request& request, const Now& now) {
  return stream(view, decoded(request.path.substr(streams_prefix.size())), now);
}

Reply one_recovery(const View& view, const Request& request, const Now& now) {
  std::string_view name = request.path.substr(streams_prefix.size());
  name.remove_suffix(recovery_suffix.size());
  return recovery_of(view, decoded(name), limit_of(request, default_history), now);
}

Reply one_picture(const View& view, const Request& request, const Now& now) {
  std::string_view name = request.path.substr(streams_prefix.size());
  name.remove_suffix(picture_suffix.size());
  return picture(view, decoded(name), now);
}

// Null for an unknown path.
Handler find(std::string_view path) {
  for (const Route& route : fixed_routes) {
    if (route.path == path) return route.handler;
  }
  if (!path.starts_with(streams_prefix)) return nullptr;
  const std::string_view rest = path.substr(streams_prefix.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return one_stream;
  if (rest.substr(slash) == picture_suffix) return one_picture;
  return rest.substr(slash) == recovery_suffix ? one_recovery : nullptr;
}

Reply not_found(std::string_view path) {
  constexpr std::size_t shown = 100;  // bytes of the path
  return error_reply(
      404, "no such path: " + std::string(path.substr(0, shown)) + "; GET / lists the routes");
}

Reply wrong_method(std::string_view method, std::string_view allow, std::string_view allowed) {
  constexpr std::size_t shown = 20;  // bytes of the method
  Reply reply = error_reply(405, "method " + std::string(method.substr(0, shown)) +
                                     " is not allowed here, " + std::string(allowed));
  reply.headers = "Allow: " + std::string(allow) + "\r\n";
  return reply;
}

Reply wrong_method(std::string_view method) {
  return wrong_method(method, "GET, HEAD", "GET and HEAD are");
}

Reply wrong_host(std::string_view host) {
  constexpr std::size_t shown = 100;  // bytes of the name
  return error_reply(421, "this server does not know itself as " +
                              std::string(host.substr(0, shown)) +
                              "; http.allowed_hosts names what it is called");
}

bool is_read(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

// Open even with `protect: all`: liveness; hooks, which have a password of their own; the page's
// static files, which contain no stream data and are needed to enter a token.
bool is_open_to_all(const Request& request) {
  return request.path == liveness_path || request.path.starts_with(hooks_prefix) ||
         is_of_page(request);
}

std::chrono::seconds time_limit_of(const ControlRequest& wanted) {
  if (wanted.tests_alerts) return alert_test_limit;
  return wanted.control ? control_limit : reload_limit;
}

// An event stream, until either side ends it.
Reply events(EventHub& hub, const Request& request) {
  Reply reply{200, "text/event-stream", std::make_shared<const std::string>(),
              "X-Accel-Buffering: no\r\n"};  // a buffering proxy would delay them
  if (request.method == "HEAD") return reply;
  reply.events =
      hub.subscribe({network_of(request.peer), request.is_known}, request.query != "history=none");
  if (reply.events) return reply;
  reply = error_reply(503, "too many clients are connected to the event stream");
  reply.headers = "Retry-After: 5\r\n";
  return reply;
}

bool asks_for_samples(std::string_view path) {
  return path.starts_with(streams_prefix) && path.ends_with(samples_suffix) &&
         path.size() > streams_prefix.size() + samples_suffix.size();
}

Reply samples(const EventHub& hub, std::string_view path) {
  path.remove_prefix(streams_prefix.size());
  path.remove_suffix(samples_suffix.size());
  const boost::json::value history = hub.history_of(decoded(path));
  return history.is_object() ? json_reply(200, history)
                             : error_reply(404, "no stream has this name");
}

}  // namespace

Routes::Routes(const Settings& settings, SupervisorApi api, Backends backends)
    : metrics_path_(without_trailing_slash(settings.metrics_path)),
      protect_(settings.auth.protect),
      host_check_(settings),
      api_(std::move(api)),
      backends_(std::move(backends)),
      authenticator_(settings.auth, backends_.pending_calls),
      metrics_(backends_.snapshots),
      azuracast_(settings.azuracast_password, api_.on_now_playing) {
}

boost::asio::awaitable<Admission> Routes::admit(const Request& head) {
  std::string problem;
  try {
    co_return co_await admit_to(head);
  } catch (const BadRequest& error) {
    problem = error.what();
  }
  co_return Admission{.refusal = error_reply(400, problem)};
}

boost::asio::awaitable<Admission> Routes::admit_to(const Request& head) {
  if (!host_check_.takes(head.host) && !is_watched(head.path)) {
    co_return Admission{.refusal = wrong_host(head.host)};
  }
  const std::optional<ControlRequest> wanted = control_request_of(head.path);
  if (wanted) co_return co_await admit_control(head, *wanted);
  if (head.path == azuracast_path) {
    auto refusal = azuracast_.refusal_of(head);
    const bool is_known = !refusal;
    co_return Admission{.is_known = is_known, .refusal = std::move(refusal)};
  }
  if (protect_ != Protect::all || is_open_to_all(head)) {
    co_return Admission{.is_known = authenticator_.recognizes(head)};
  }
  AuthResult result = co_await authenticator_.authenticate(head);
  const bool is_known = !result.refusal;
  co_return Admission{std::move(result.who), is_known, std::move(result.refusal)};
}

// Authenticates before it looks for the stream: a client without credentials must not learn which
// streams exist.
boost::asio::awaitable<Admission> Routes::admit_control(const Request& head,
                                                        const ControlRequest& wanted) {
  if (head.method != "POST") {
    co_return Admission{.refusal = wrong_method(head.method, "POST", "POST is")};
  }
  const std::string what = describe(wanted);
  if (is_cross_site(head)) {
    Reply reply =
        error_reply(403, "cross-site requests are refused: another site's page sent this one");
    log_refusal(reply, "nobody", what + ": refused (cross-site request)");
    co_return Admission{.refusal = std::move(reply)};
  }
  AuthResult result = co_await authenticator_.authenticate(head);
  if (result.refusal) log_refusal(*result.refusal, result.who, what + ": refused");
  const bool is_known = !result.refusal;
  co_return Admission{std::move(result.who), is_known, std::move(result.refusal)};
}

boost::asio::awaitable<Reply> Routes::answer(const Request& request) {
  std::string problem;
  try {
    const std::optional<ControlRequest> wanted = control_request_of(request.path);
    if (wanted) co_return co_await control(request, *wanted);
    if (request.path != liveness_path || !is_read(request.method)) {
      co_return answer_from_snapshots(request, ClockReading::now());
    }
    const bool alive = co_await backends_.liveness->is_alive();
    co_return liveness(alive, ClockReading::now());
  } catch (const BadRequest& error) {
    problem = error.what();
  }
  co_return error_reply(400, problem);
}

bool Routes::is_watched(std::string_view path) const {
  return path == metrics_path_ || path.starts_with(health_prefix);
}

std::size_t Routes::body_limit(std::string_view path, const Bounds& bounds) {
  return path == azuracast_path ? bounds.hook_body_bytes : bounds.body_bytes;
}

std::string Routes::note_refusal(std::string_view path, unsigned status, std::string_view message) {
  return path == azuracast_path ? azuracast_.note_refusal(status, message) : std::string();
}

boost::asio::awaitable<Reply> Routes::control(const Request& request,
                                              const ControlRequest& wanted) {
  const Outcome outcome = co_await execute(wanted);
  Reply reply = outcome_reply(outcome);
  reply.audit = Audit{std::string(request.who), describe(wanted) + ": " + outcome.message};
  co_return reply;
}

void Routes::log_refusal(Reply& refusal, const std::string& who, const std::string& what) {
  const auto ending = refusals_.note(std::chrono::steady_clock::now());
  if (ending) refusal.audit = Audit{who, what + *ending};
}

boost::asio::awaitable<Outcome> Routes::execute(const ControlRequest& wanted) {
  using Answer = std::function<void(Outcome)>;
  std::function<void(Answer)> put;
  if (wanted.tests_alerts) {
    put = api_.test_alerts;
  } else if (!wanted.control) {
    put = api_.reload;
  } else if (api_.control) {
    put = [this, &wanted](Answer answer) {
      api_.control({wanted.stream, wanted.output}, *wanted.control, std::move(answer));
    };
  }
  if (!put) co_return Outcome{501, "this instance does not support it"};
  const auto outcome = co_await backends_.pending_calls.ask<Outcome>(put, time_limit_of(wanted));
  co_return outcome.value_or(Outcome{
      503, "the supervising loop does not answer; the request may still be executed later"});
}

Reply Routes::answer_from_snapshots(const Request& request, const ClockReading& now) {
  if (is_of_page(request)) {
    return is_read(request.method) ? page(request) : wrong_method(request.method);
  }
  if (request.path == azuracast_path) return azuracast_.answer(request);
  const bool is_metrics = request.path == metrics_path_;
  const bool is_home = request.path == "/";
  const bool is_events = request.path == events_path;
  const bool is_detailed = request.path == detailed_path;
  const bool is_samples = asks_for_samples(request.path);
  const Handler handler = find(request.path);
  const bool is_known = is_metrics || is_home || is_events || is_detailed || is_samples ||
                        handler != nullptr || request.path == liveness_path;
  if (!is_known) return not_found(request.path);
  if (!is_read(request.method)) return wrong_method(request.method);
  if (is_detailed) {
    return detailed(backends_.snapshots.read(), azuracast_.problem(now.steady), now);
  }
  if (is_metrics) return metrics_.answer(request.accept_encoding, now);
  if (is_events) return events(backends_.events, request);
  if (is_samples) return samples(backends_.events, request.path);
  if (is_home) return home(backends_.snapshots.read(), metrics_path_);
  return handler(backends_.snapshots.read(), request, now);
}

}  // namespace http
