#include "monitor/probes/blocking_call.hpp"

#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "monitor/probes/own_descriptors.hpp"

namespace monitor::probes {
namespace {

using namespace std::chrono_literals;

// What came of a call: "7", "nothing", or the exception's text.
template <class Work>
std::string outcome_of(Work work, Duration timeout = 10s) {
  boost::asio::io_context context;
  std::string outcome = "never ended";
  boost::asio::co_spawn(context,
                        run_blocking(std::move(work), std::chrono::steady_clock::now() + timeout),
                        [&outcome](const std::exception_ptr& failure, std::optional<int> result) {
                          if (!failure) {
                            outcome = result ? std::to_string(*result) : "nothing";
                            return;
                          }
                          try {
                            std::rethrow_exception(failure);
                          } catch (const std::exception& error) {
                            outcome = error.what();
                          }
                        });
  context.run_for(20s);
  return outcome;
}

TEST(BlockingCall, WhatTheWorkReturnsComesBack) {
  EXPECT_EQ(outcome_of([] { return 7; }), "7");
}

TEST(BlockingCall, WhatTheWorkThrowsIsThrownWhereItIsAwaited) {
  EXPECT_EQ(outcome_of([]() -> int { throw std::runtime_error("no luck"); }), "no luck");
}

TEST(BlockingCall, AWorkThatHangsIsLeftToItselfAtTheDeadline) {
  auto let_go = std::make_shared<std::promise<void>>();
  auto hangs = [gate = let_go->get_future().share()] {
    gate.wait();
    return 7;
  };
  EXPECT_EQ(outcome_of(hangs, 50ms), "nothing");
  let_go->set_value();
}

// A child that inherits a file of a hung file system hangs when it closes it.
TEST(BlockingCall, WhatItsThreadOpensNoChildOfAnotherThreadInherits) {
  bool is_possible = false;
  std::thread([&] { is_possible = own_descriptors(); }).join();
  const std::string path = testing::TempDir() + "own_descriptors";
  const auto let_go = std::make_shared<std::promise<void>>();
  auto opens = [path, gate = let_go->get_future().share()] {
    const std::ofstream file(path);
    gate.wait();
    return 7;
  };
  std::thread meanwhile([&] {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!std::filesystem::exists(path) && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::yield();
    }
    EXPECT_TRUE(std::filesystem::exists(path));
    for (const auto& entry : std::filesystem::directory_iterator("/proc/thread-self/fd")) {
      std::error_code ignored;
      const bool is_inherited = std::filesystem::read_symlink(entry, ignored) == path;
      EXPECT_FALSE(is_possible && is_inherited);
    }
    let_go->set_value();
  });
  EXPECT_EQ(outcome_of(opens), "7") << "it wakes its caller from there";
  meanwhile.join();
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace monitor::probes
