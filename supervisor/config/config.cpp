#include "supervisor/config/config.hpp"

namespace supervisor {

std::string_view name(Origin origin) {
  switch (origin) {
    case Origin::standard:
      return "default";
    case Origin::file:
      return "file";
    case Origin::environment:
      return "environment";
    case Origin::flag:
      return "flag";
  }
  return "";
}

}  // namespace supervisor
