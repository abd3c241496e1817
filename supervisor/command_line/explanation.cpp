#include "supervisor/command_line/explanation.hpp"

#include <ostream>

#include "recovery/proof_for_command.hpp"

namespace supervisor {

void explain(const std::string& stream, const recovery::Setup& setup, std::ostream& out) {
  out << "stream " << stream << '\n';
  for (const recovery::Requirement& row : recovery::requirements()) {
    out << "\n  To " << row.to << ":\n    needs " << name(row.needs)
        << " evidence: " << row.accepted
        << ".\n    Here: " << recovery::proof_for_command(row.act, setup) << '\n';
  }
}

}  // namespace supervisor
