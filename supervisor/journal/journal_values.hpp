#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "monitor/cause.hpp"
#include "recovery/wall_time.hpp"

namespace supervisor {

// Reads members of a JSON object that may be missing or of another type than expected. Keeps a
// reference to the object.
class JournalValues {
 public:
  explicit JournalValues(const boost::json::object& object) : object_(object) {}

  std::string text(std::string_view key) const;                // else empty
  std::vector<std::string> texts(std::string_view key) const;  // what in it is no text is left out
  bool flag(std::string_view key, bool otherwise) const;
  unsigned count(std::string_view key) const;                          // else 0
  double seconds(std::string_view key) const;                          // else 0; never negative
  std::optional<recovery::WallTime> time(std::string_view key) const;  // RFC 3339
  std::optional<monitor::Cause> cause(std::string_view key) const;     // by its name
  const boost::json::object* object(std::string_view key) const;       // else null
  const boost::json::array* array(std::string_view key) const;         // else null

 private:
  const boost::json::value* find(std::string_view key) const;

  const boost::json::object& object_;
};

}  // namespace supervisor
