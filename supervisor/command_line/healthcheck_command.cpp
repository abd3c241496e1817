#include "http/client.hpp"
#include "supervisor/command_line/client_commands.hpp"
#include "supervisor/command_line/client_run.hpp"

namespace supervisor {

int run_healthcheck(const Options& options, const Environment& environment, std::ostream& out,
                    std::ostream& err) {
  return run_client(options, environment, {out, err}, true, 1, [&](const Instance& instance) {
    const http::Answer answer =
        http::get(instance.base + "/health/" + options.probe, answer_timeout, instance.token);
    out << options.probe << ": " << answer.status << ' ' << message_of(answer.body)
        << advice_on(answer.status) << '\n';
    return answer.status == 200 ? 0 : 1;
  });
}

}  // namespace supervisor
