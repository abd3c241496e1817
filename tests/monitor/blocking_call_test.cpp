#include "monitor/probes/blocking_call.hpp"

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace monitor::probes {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// What came of a call: its number, "late", or what was thrown.
template <class Work>
std::string outcome_of(Work work, Duration timeout) {
  asio::io_context context;
  std::string outcome = "the wait never ended";
  asio::co_spawn(context, run_blocking(std::move(work), std::chrono::steady_clock::now() + timeout),
                 [&](const std::exception_ptr& failure, std::optional<int> result) {
                   outcome = result ? std::to_string(*result) : "late";
                   try {
                     if (failure) std::rethrow_exception(failure);
                   } catch (const std::exception& error) {
                     outcome = error.what();
                   }
                 });
  context.run_for(20s);
  return outcome;
}

TEST(BlockingCall, GivesWhatTheWorkReturns) {
  EXPECT_EQ(outcome_of([] { return 7; }, 20s), "7");
}

TEST(BlockingCall, IsLeftToItselfAtItsDeadline) {
  std::promise<void> disk_returns;
  const auto returns = disk_returns.get_future().share();
  EXPECT_EQ(outcome_of(
                [returns] {
                  returns.wait();
                  return 7;
                },
                20ms),
            "late");
  disk_returns.set_value();
}

TEST(BlockingCall, WhatTheWorkThrowsReachesWhoWaitsAndEndsNothingElse) {
  EXPECT_EQ(outcome_of([]() -> int { throw std::runtime_error("no memory"); }, 20s), "no memory");
  EXPECT_EQ(outcome_of([] { return 7; }, 20s), "7");
}

}  // namespace
}  // namespace monitor::probes
