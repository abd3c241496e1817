#pragma once

#include <string>

#include <boost/json/object.hpp>

namespace supervisor {

// One line of the log as the API gives it, for people: as the log's own text format. Empty for an
// object that is no line of a log.
std::string print_log_line(const boost::json::object& line, bool has_colours);

}  // namespace supervisor
