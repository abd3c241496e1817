#pragma once

#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "monitor/probes/sink_statistics.hpp"

namespace monitor::probes {

// One look, to its end.
inline SinkReport probe(SinkServer server, const std::string& url, const std::string& published_to,
                        Duration timeout = std::chrono::seconds(5)) {
  boost::asio::io_context context;
  SinkReport report;
  int calls = 0;
  probe_sink_statistics(context.get_executor(), {server, url, published_to}, timeout,
                        [&](Observation found) {
                          report = std::get<SinkReport>(std::move(found));
                          ++calls;
                        });
  EXPECT_EQ(calls, 0) << "from within the call";
  context.run();
  EXPECT_EQ(calls, 1);
  return report;
}

}  // namespace monitor::probes
