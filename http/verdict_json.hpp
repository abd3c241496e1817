#pragma once

#include <optional>
#include <string>

#include <boost/json/value.hpp>

#include "monitor/cause.hpp"

namespace http {

// null where nothing is wrong.
boost::json::value verdict_json(const std::optional<monitor::Verdict>& verdict);

// The name of the output that a sink's cause is about; null of any other cause.
boost::json::value output_json(monitor::Cause cause, const std::string& output);

}  // namespace http
