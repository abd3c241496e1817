#include "supervisor/command_line/client_run.hpp"

#include <boost/json/parse.hpp>

#include "http/client.hpp"
#include "recovery/exit_code.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

int run_client(const Options& options, const Environment& environment, const Screen& screen,
               bool is_for_reading, int not_reached,
               const std::function<int(const Instance& instance)>& act) {
  const auto fail = [&](const std::exception& error, int code) {
    // --url may hold a password.
    screen.err << "ffsupervisor: " << Secrets().mask(error.what()) << '\n';
    return code;
  };
  try {
    const int code = act(find_instance(options, environment, is_for_reading));
    screen.out.flush();
    return code;
  } catch (const UsageError& error) {
    return fail(error, recovery::exit_code::usage);
  } catch (const ConfigError& error) {
    return fail(error, not_reached == recovery::exit_code::not_reached ? recovery::exit_code::usage
                                                                       : not_reached);
  } catch (const std::exception& error) {
    return fail(error, not_reached);
  }
}

JsonAnswer get_json(const Instance& instance, const std::string& path) {
  const std::string url = instance.base + path;
  http::Answer answer = http::get(url, answer_timeout, instance.token);
  if (answer.status != 200) {
    throw std::runtime_error(url + ": answered " + std::to_string(answer.status) +
                             ", expected 200" + advice_on(answer.status));
  }
  boost::system::error_code error;
  boost::json::value value = boost::json::parse(answer.body, error);
  if (error) throw std::runtime_error(url + ": the answer is no JSON: " + error.message());
  return {std::move(value), std::move(answer.body)};
}

std::string advice_on(int status) {
  return status == 401 ? "; set FFSUPERVISOR_TOKEN to its bearer token, or --token-file" : "";
}

std::string message_of(const std::string& body) {
  constexpr const char* not_ours = "(not ffsupervisor's answer)";
  boost::system::error_code error;
  const boost::json::value value = boost::json::parse(body, error);
  const boost::json::object* const object = error ? nullptr : value.if_object();
  const boost::json::value* const message = object ? object->if_contains("message") : nullptr;
  if (message == nullptr || !message->is_string()) return not_ours;
  return printable({message->get_string().data(), message->get_string().size()});
}

}  // namespace supervisor
