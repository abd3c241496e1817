#pragma once

#include <string_view>

#include "monitor/probes/target.hpp"

namespace supervisor {

// The options in front of one input or output that decide what a probe of it may ask, and how.
class EndpointOptions {
 public:
  // `name` as in FfmpegArgument; options that a probe need not know are passed over.
  void read(std::string_view name, std::string_view value);

  monitor::probes::Target source(std::string_view url, std::string_view format) const;
  monitor::probes::Target sink(std::string_view url) const;
  // FFmpeg waits there for a connection itself, instead of making one.
  bool listens(std::string_view url) const;

 private:
  void add_header_lines(std::string_view lines);
  void add_cookies(std::string_view cookies);
  bool is_unknown(std::string_view url) const;

  monitor::probes::Target asked_;  // its headers and its TLS are those of the endpoint
  bool has_timeout_ = false;       // which of RTMP means that FFmpeg listens
  bool listens_ = false;
  bool unknown_ = false;  // it goes through a proxy
};

}  // namespace supervisor
