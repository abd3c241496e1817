#include "supervisor/thread/thread.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include "supervisor/thread/io_thread.hpp"
#include "supervisor/thread/thread_bound.hpp"

namespace supervisor {
namespace {

using namespace std::chrono_literals;

using Id = std::thread::id;

// Where it was destroyed.
struct Traced {
  explicit Traced(std::promise<Id>& where_in) : where(&where_in) {}
  ~Traced() { where->set_value(std::this_thread::get_id()); }
  Traced(const Traced&) = delete;
  std::promise<Id>* where;
};

template <class Value>
bool arrives(const std::future<Value>& future) {
  return future.wait_for(20s) == std::future_status::ready;
}

Id id_of(const Thread& thread) {
  std::promise<Id> id;
  thread.post([&] { id.set_value(std::this_thread::get_id()); });
  return id.get_future().get();
}

bool turn_until(const Loop& loop, const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!condition() && std::chrono::steady_clock::now() < deadline) {
    loop.context().restart();
    loop.context().run_for(1ms);
  }
  return condition();
}

TEST(Thread, RunsWhatIsPostedInOrderAndNeverAtOnce) {
  const Loop loop;
  std::vector<int> seen;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(loop.thread().post([&seen, i] { seen.push_back(i); }));
  EXPECT_TRUE(seen.empty());
  loop.context().run();
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2}));
}

TEST(Thread, KnowsWhoCalls) {
  const Loop loop;
  IoThread io_thread;
  EXPECT_TRUE(loop.thread().is_here());
  EXPECT_FALSE(io_thread.thread().is_here());
  std::promise<bool> io_is_there, loop_is_there;
  io_thread.thread().post([&, io = io_thread.thread()] {
    io_is_there.set_value(io.is_here());
    loop_is_there.set_value(loop.thread().is_here());
  });
  EXPECT_TRUE(io_is_there.get_future().get());
  EXPECT_FALSE(loop_is_there.get_future().get());
}

#ifndef NDEBUG
TEST(ThreadDeathTest, ACallFromAnotherThreadEndsADebugBuildWithAText) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        const Loop loop;
        std::thread([&] { loop.thread().assert_here(); }).join();
      },
      "a function of the supervising loop was called on another thread");
}
#endif

TEST(Thread, DestroysOnTheThreadHoweverFastItIs) {
  IoThread io_thread;
  const Thread thread = io_thread.thread();
  const Id there = id_of(thread);
  for (int i = 0; i < 1000; ++i) {
    std::promise<Id> shared, unique;
    thread.destroy_here(std::make_shared<Traced>(shared));
    thread.destroy_here(std::make_unique<Traced>(unique));
    ASSERT_EQ(shared.get_future().get(), there);
    ASSERT_EQ(unique.get_future().get(), there);
  }
}

TEST(Thread, DestroysOnTheThreadWhatIsLeftWhenItEnds) {
  std::promise<Id> queued, late;
  Id there;
  {
    IoThread io_thread;
    const Thread thread = io_thread.thread();
    there = id_of(thread);
    // Behind the end: destroyed with what is left, and what it destroys then goes there, too.
    struct Owner {
      ~Owner() { thread.destroy_here(std::move(object)); }
      Thread thread;
      std::shared_ptr<Traced> object;
    };
    const auto owner =
        std::make_shared<std::unique_ptr<Owner>>(new Owner{thread, std::make_shared<Traced>(late)});
    const auto timer = std::make_shared<boost::asio::steady_timer>(thread.executor(), 1h);
    auto object = std::make_shared<Traced>(queued);
    thread.post([timer, owner, object = std::move(object)]() mutable {
      timer->async_wait([timer, object = std::move(object), inner = std::move(*owner)](auto) {});
    });
  }
  auto first = queued.get_future();
  auto second = late.get_future();
  ASSERT_TRUE(arrives(first));
  ASSERT_TRUE(arrives(second));
  EXPECT_EQ(first.get(), there);
  EXPECT_EQ(second.get(), there);
}

TEST(Thread, WhoComesAfterItsEndPostsNothingAndDestroysAtOnce) {
  std::promise<Id> where;
  auto loop = std::make_unique<Loop>();
  const Thread thread = loop->thread();
  loop.reset();
  bool called = false;
  EXPECT_FALSE(thread.post([&] { called = true; }));
  thread.destroy_here(std::make_shared<Traced>(where));
  EXPECT_EQ(where.get_future().get(), std::this_thread::get_id());
  EXPECT_FALSE(called);
}

// The last reference to an object that owns a timer must not meet a context that is gone.
TEST(Thread, ATimerMayOutliveTheLoop) {
  auto loop = std::make_unique<Loop>();
  const Thread thread = loop->thread();
  auto timer = std::make_shared<boost::asio::steady_timer>(thread.executor(), 1h);
  timer->async_wait([timer](auto) {});
  loop.reset();
  thread.destroy_here(std::move(timer));
}

TEST(ThreadBound, CallsAndDestroysItsObjectOnTheThread) {
  IoThread io_thread;
  const Thread thread = io_thread.thread();
  const Id there = id_of(thread);
  std::promise<Id> called, destroyed;
  {
    const ThreadBound<Traced> bound(thread, std::make_unique<Traced>(destroyed));
    bound.call([&](Traced&) { called.set_value(std::this_thread::get_id()); });
  }
  EXPECT_EQ(called.get_future().get(), there);
  EXPECT_EQ(destroyed.get_future().get(), there);
}

struct Listener {
  void on_text(const std::string& text, int number) { heard += text + std::to_string(number); }
  std::string heard;
};

TEST(Thread, ACallbackRunsOnTheOwnersThreadWhileItLives) {
  const Loop loop;
  IoThread io_thread;
  auto listener = std::make_shared<Listener>();
  const auto tell = loop.thread().callback(std::weak_ptr(listener), &Listener::on_text);
  io_thread.thread().post([tell] {
    tell(std::string("a"), 1);
    tell("b", 2);
  });
  EXPECT_TRUE(turn_until(loop, [&] { return listener->heard == "a1b2"; })) << listener->heard;
}

TEST(Thread, ACallbackToAnOwnerThatIsGoneDoesNothing) {
  const Loop loop;
  auto listener = std::make_shared<Listener>();
  std::promise<Id> dropped;
  int calls = 0;
  const auto tell = loop.thread().callback(
      std::weak_ptr(listener), [&](Listener&, const std::shared_ptr<Traced>&) { ++calls; });
  tell(std::make_shared<Traced>(dropped));
  listener.reset();
  loop.context().run();
  EXPECT_EQ(calls, 0);
  EXPECT_TRUE(arrives(dropped.get_future()));
}

// A disk that hung until the end: who waited for it on the I/O thread answers a loop that is gone.
TEST(Thread, ACallbackMayOutliveTheLoop) {
  auto listener = std::make_shared<Listener>();
  std::promise<void> disk_returns, answered;
  const auto returns = disk_returns.get_future().share();
  auto ended = answered.get_future();
  {
    const Loop loop;
    IoThread io_thread;
    std::promise<void> hangs;
    auto is_hanging = hangs.get_future();
    io_thread.thread().post(
        [&hangs, &answered, returns,
         tell = loop.thread().callback(std::weak_ptr(listener), &Listener::on_text)] {
          hangs.set_value();
          returns.wait();
          tell("late", 1);
          answered.set_value();
        });
    ASSERT_TRUE(arrives(is_hanging));
  }
  disk_returns.set_value();
  ASSERT_TRUE(arrives(ended));
  EXPECT_EQ(listener->heard, "");
}

TEST(Thread, WhatAHandlerThrowsIsReportedAndTheThreadGoesOn) {
  std::promise<std::string> reported;
  IoThread io_thread([&](std::string_view what) { reported.set_value(std::string(what)); });
  std::promise<void> next;
  io_thread.thread().post([] { throw std::runtime_error("no memory for it"); });
  io_thread.thread().post([&] { next.set_value(); });
  auto text = reported.get_future();
  ASSERT_TRUE(arrives(text));
  EXPECT_EQ(text.get(), "no memory for it");
  EXPECT_TRUE(arrives(next.get_future()));
}

TEST(Thread, WhatAHandlerOfTheLoopThrowsIsReportedAndTheLoopGoesOn) {
  std::vector<std::string> reported;
  Loop loop([&](std::string_view what) { reported.emplace_back(what); });
  bool next = false;
  loop.thread().post([] { throw 1; });
  loop.thread().post([&] { next = true; });
  loop.run();
  EXPECT_TRUE(next);
  EXPECT_EQ(reported, std::vector<std::string>{"an exception of an unknown type"});
}

TEST(IoThread, TheEndDropsWhatIsUnderWayWithoutWaitingForIt) {
  std::promise<void> never, hangs;
  auto is_hanging = hangs.get_future();
  const auto begun = std::chrono::steady_clock::now();
  {
    IoThread io_thread;
    io_thread.thread().post([&hangs, returns = never.get_future().share()] {
      hangs.set_value();
      returns.wait();
    });
    ASSERT_TRUE(arrives(is_hanging));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 10s);
  never.set_value();
}

}  // namespace
}  // namespace supervisor
