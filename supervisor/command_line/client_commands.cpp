#include "supervisor/command_line/client_commands.hpp"

#include <cstdlib>
#include <iostream>

#include <boost/json/parse.hpp>

#include "http/client.hpp"
#include "supervisor/command_line/running_instance.hpp"
#include "supervisor/command_line/status_table.hpp"
#include "supervisor/config/overrides.hpp"
#include "supervisor/config/problems.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

namespace {

using namespace std::chrono_literals;

constexpr auto answer_timeout = 5s;  // liveness itself may take 2 s to fail

std::optional<std::string> own_environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string reachable_host(const std::string& address) {
  if (address == "0.0.0.0") return "127.0.0.1";
  if (address == "::") return "[::1]";
  return address.find(':') == std::string::npos ? address : '[' + address + ']';
}

boost::json::value parse_body(const std::string& url, const std::string& body) {
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(body, error);
  if (error) throw std::runtime_error(url + ": the answer is no JSON: " + error.message());
  return value;
}

// The server's message, for one line; another program at this address has none.
std::string health_message(const std::string& body) {
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(body, error);
  if (error || !value.is_object()) return "(not ffsupervisor's answer)";
  const boost::json::value* const message = value.get_object().if_contains("message");
  if (message == nullptr || !message->is_string()) return "(not ffsupervisor's answer)";
  return std::string(message->get_string());
}

// The server's address and the credentials for it.
struct Instance {
  std::string base;
  std::string token;  // empty: none
};

std::string advice(int status) {
  return status == 401 ? "; set FFSUPERVISOR_TOKEN to its bearer token" : "";
}

int show_status(const Options& options, const Instance& instance, std::ostream& out) {
  const std::string url = instance.base + "/api/v1/streams";
  const http::Answer answer = http::get(url, answer_timeout, instance.token);
  if (answer.status != 200) {
    throw std::runtime_error(url + ": answered " + std::to_string(answer.status) +
                             ", expected 200" + advice(answer.status));
  }
  const std::vector<StreamRow> rows = read_rows(parse_body(url, answer.body));
  if (options.json) {
    out << answer.body << (answer.body.ends_with('\n') ? "" : "\n");
  } else {
    out << print_table(rows);
  }
  return every_stream_on_air(rows) ? 0 : 1;
}

int show_health(const Options& options, const Instance& instance, std::ostream& out) {
  const http::Answer answer =
      http::get(instance.base + "/health/" + options.probe, answer_timeout, instance.token);
  out << options.probe << ": " << answer.status << ' ' << health_message(answer.body)
      << advice(answer.status) << '\n';
  return answer.status == 200 ? 0 : 1;
}

template <class Show>
int run(const Options& options, const Environment& environment, std::ostream& out,
        std::ostream& err, Show show) {
  try {
    const Instance instance{instance_url(options, environment),
                            environment("FFSUPERVISOR_TOKEN").value_or("")};
    const int code = show(options, instance, out);
    out.flush();
    return code;
  } catch (const std::exception& error) {
    err << "ffsupervisor: " << Secrets().mask(error.what()) << '\n';  // --url may hold a password
    return 1;
  }
}

}  // namespace

namespace {

std::string url_by(const Options& options, const Environment& environment) {
  Config config;
  Problems problems;
  if (options.config_file) read_yaml_file(*options.config_file, config);
  apply_metrics_port(environment, config, problems);
  apply_flags(options, config, problems);
  problems.throw_if_any();
  const std::string scheme = config.http.tls.certificate.empty() ? "http://" : "https://";
  return scheme + reachable_host(config.http.address) + ':' + std::to_string(config.http.port);
}

}  // namespace

std::string instance_url(const Options& options, const Environment& environment,
                         const std::string& proc) {
  if (options.url) {
    std::string url = *options.url;
    while (url.ends_with('/')) url.pop_back();
    return url.find("://") == std::string::npos ? "http://" + url : url;
  }
  if (!options.listen) {
    const auto running = find_running_instance(proc);
    if (running) return url_by(running->options, running->environment);
  }
  return url_by(options, environment);
}

int run_status(const Options& options, const Environment& environment, std::ostream& out,
               std::ostream& err) {
  return run(options, environment, out, err, show_status);
}

int run_healthcheck(const Options& options, const Environment& environment, std::ostream& out,
                    std::ostream& err) {
  return run(options, environment, out, err, show_health);
}

int run_status(const Options& options) {
  return run_status(options, own_environment, std::cout, std::cerr);
}

int run_healthcheck(const Options& options) {
  return run_healthcheck(options, own_environment, std::cout, std::cerr);
}

}  // namespace supervisor
