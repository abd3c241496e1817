#include "http/server.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <pthread.h>
#include <unistd.h>

#include "http/byte_stream.hpp"
#include "http/connection.hpp"
#include "http/connections.hpp"
#include "http/listener.hpp"
#include "http/liveness.hpp"
#include "http/routes.hpp"
#include "http/tls.hpp"

namespace http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::steady_clock;

constexpr std::chrono::milliseconds pause_without_descriptors{100};
constexpr std::chrono::milliseconds pause_to_clear{5};
constexpr int accepted_max = 16;  // in one turn of the thread: closed sessions end in between
constexpr std::chrono::seconds between_warnings{10};
constexpr std::chrono::seconds between_attempts{1};    // to listen where the address is taken
constexpr std::chrono::seconds between_reminders{60};  // … and is not served
constexpr const char* no_certificate = "http.tls: the certificate's files do not answer";

// Descriptors or memory are exhausted; accepting again at once would spin.
bool is_shortage(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == ENOBUFS ||
         error_number == ENOMEM;
}

// The supervising loop handles signals; a thread inherits the mask of the thread that starts it.
template <class Work>
std::thread start_without_signals(Work work) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread thread(std::move(work));
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return thread;
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
}

}  // namespace

struct Server::State {
  State(const Settings& settings, const Bounds& limits, const SnapshotStore& snapshots,
        SupervisorApi api, Log to)
      : bounds(limits),
        log(std::move(to)),
        address(settings),
        acceptor(*context),
        pause(*context),
        connections(*context, bounds),
        liveness(std::make_shared<Liveness>(context, api.ping)),
        pending_calls(context),
        events(*context, snapshots, bounds.event_clients),
        routes(settings, std::move(api), {snapshots, liveness, events, pending_calls}) {
    if (!settings.tls.certificate.empty()) {
      tls.emplace(settings.tls, [this](const std::string& problem) {
        if (log) log({.warning = true, .message = problem});
      });
    }
    if (settings.required) {
      if (!has_certificate()) throw std::runtime_error(no_certificate);
      open(listen_on(*context, settings));
    } else {
      try_to_listen();
    }
  }

  void run();
  void stop();
  void open(tcp::acceptor listening);
  bool has_certificate() const { return !tls || tls->is_ready(); }
  void try_to_listen();
  void say_not_listening(const std::string& reason);
  asio::awaitable<void> accept_forever();
  enum class Next : std::uint8_t { wait_for_more, clear, pause };
  Next accept_some();
  void start_session(int descriptor);
  void warn(const std::string& message);

  Bounds bounds;
  Log log;
  // Shared with the ping's answer, which may arrive after the server was destroyed.
  std::shared_ptr<asio::io_context> context = std::make_shared<asio::io_context>(1);
  const Settings address;
  tcp::acceptor acceptor;  // closed until the address can be had
  std::atomic<std::uint16_t> port = 0;
  tcp protocol = tcp::v4();
  asio::steady_timer pause;
  Connections connections;
  std::shared_ptr<Liveness> liveness;
  PendingCalls pending_calls;
  EventHub events;
  Routes routes;
  std::optional<TlsIdentity> tls;
  bool stopping = false;
  steady_clock::time_point warned_at = steady_clock::time_point::min();
  std::optional<steady_clock::time_point> said_not_listening_at;
  std::thread thread;
};

void Server::State::run() {
  // Work remains as long as the accepting coroutine lives. An exception that arrives here comes
  // from a session (out of memory) and ends that session only.
  while (true) {
    try {
      context->run();
      return;
    } catch (const std::exception& error) {
      warn(std::string("http: ") + error.what());
    } catch (...) {
      warn("http: an exception of an unknown type");
    }
  }
}

// On the HTTP thread. Every coroutine then ends, and the thread with the last one.
void Server::State::stop() {
  stopping = true;
  boost::system::error_code ignored;
  acceptor.close(ignored);
  pause.cancel();
  liveness->stop();
  pending_calls.stop();
  events.stop();
  connections.close_all();
}

void Server::State::open(tcp::acceptor listening) {
  acceptor = std::move(listening);
  protocol = acceptor.local_endpoint().protocol();
  port = acceptor.local_endpoint().port();
}

// The streams do not depend on it: another program may have the address, its interface may come up
// later, the disk with the certificate may hang.
void Server::State::try_to_listen() {
  if (!has_certificate()) return say_not_listening(no_certificate);
  try {
    open(listen_on(*context, address));
  } catch (const std::runtime_error& error) {
    return say_not_listening(error.what());
  }
  if (!said_not_listening_at || !log) return;
  log({.message = "It can be served now. " + where_to_look(address, port), .event = "http_listen"});
}

void Server::State::say_not_listening(const std::string& reason) {
  const auto now = steady_clock::now();
  const bool is_recent = said_not_listening_at && now - *said_not_listening_at < between_reminders;
  if (is_recent || !log) return;
  said_not_listening_at = now;
  log({.warning = true,
       .message = reason + ". The streams run without metrics, health and page; it is tried again "
                           "each second",
       .event = "http_listen"});
}

asio::awaitable<void> Server::State::accept_forever() {
  while (!stopping && !acceptor.is_open()) {
    pause.expires_after(between_attempts);
    co_await pause.async_wait(as_result);
    if (!stopping && tls) co_await tls->current();
    if (!stopping) try_to_listen();
  }
  while (!stopping) {
    const auto [error] = co_await acceptor.async_wait(tcp::acceptor::wait_read, as_result);
    if (stopping) co_return;
    const Next next = error ? Next::pause : accept_some();
    if (next == Next::wait_for_more) continue;
    if (next == Next::clear) {
      pause.expires_after(pause_to_clear);
    } else {
      pause.expires_after(pause_without_descriptors);
    }
    co_await pause.async_wait(as_result);
  }
}

// Accepts waiting connections. Bounded: those that are closed for new ones hold their memory until
// their sessions get their turn.
Server::State::Next Server::State::accept_some() try {
  for (int count = 0; count < accepted_max; ++count) {
    if (connections.is_clearing()) return Next::clear;
    const Accepted accepted = accept_one(acceptor);
    if (accepted.descriptor >= 0) {
      start_session(accepted.descriptor);
    } else if (is_shortage(accepted.error_number)) {
      warn("http: cannot accept a connection: " +
           std::generic_category().message(accepted.error_number));
      connections.close_one();  // frees a descriptor for the new one
      return Next::pause;
    } else if (accepted.error_number == EAGAIN) {
      return Next::wait_for_more;
    }
    // Any other error concerns that one connection (accept(2), "Error handling"): continue.
  }
  return Next::wait_for_more;
} catch (const std::exception& error) {
  warn(std::string("http: cannot serve a connection: ") + error.what());
  return Next::pause;
}

void Server::State::start_session(int descriptor) {
  tcp::socket socket(*context);
  boost::system::error_code error;
  socket.assign(protocol, descriptor, error);
  if (error) {
    ::close(descriptor);
    throw boost::system::system_error(error);
  }
  connections.make_room();
  asio::co_spawn(*context,
                 serve_connection(std::move(socket),
                                  {bounds, connections, routes, log, tls ? &*tls : nullptr}),
                 [](const std::exception_ptr& failure) {
                   if (failure) std::rethrow_exception(failure);
                 });
}

void Server::State::warn(const std::string& message) {
  const auto now = steady_clock::now();
  const bool first = warned_at == steady_clock::time_point::min();
  if (!log || (!first && now - warned_at < between_warnings)) return;
  warned_at = now;
  log({.warning = true, .message = message});
}

Server::Server(const Settings& settings, const Bounds& bounds, const SnapshotStore& snapshots,
               SupervisorApi api, Log log)
    : state_(std::make_unique<State>(settings, bounds, snapshots, std::move(api), std::move(log))) {
  asio::co_spawn(*state_->context, state_->accept_forever(), [](const std::exception_ptr&) {});
  state_->thread = start_without_signals([state = state_.get()] { state->run(); });
}

Server::~Server() {
  asio::post(*state_->context, [state = state_.get()] { state->stop(); });
  state_->thread.join();
}

void Server::limit_connections(std::size_t connections) {
  asio::post(*state_->context,
             [state = state_.get(), connections] { state->connections.set_limit(connections); });
}

void Server::yield_descriptors(std::function<void()> done) {
  asio::post(*state_->context, [state = state_.get(), done = std::move(done)] {
    state->connections.yield();
    done();
  });
}

std::uint16_t Server::port() const {
  return state_->port;
}

}  // namespace http
