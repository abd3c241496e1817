#include "supervisor/run.hpp"

#include <utility>

#include "supervisor/app/supervisor.hpp"

namespace supervisor {

int run_supervisor(const Config& config, const std::vector<int>& inherited,
                   std::function<Config()> load) {
  return Supervisor(config, inherited, std::move(load)).run();
}

}  // namespace supervisor
