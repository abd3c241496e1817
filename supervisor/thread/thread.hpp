#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

namespace supervisor {

// Names one thread of the program and the executor that it runs, so that objects can state their
// thread: what is used by one thread only checks it with `assert_here`, is called from elsewhere by
// `post` or `callback`, and destroyed by `destroy_here`. A value: copies name the same thread. Any
// thread may call any member. A copy may outlive the thread: nothing is posted to it then.
//
// `Loop` owns the supervising thread's, `IoThread` that of the I/O thread.
class Thread {
 public:
  // For timers, sockets and coroutines, which are used on this thread only. Valid while a copy of
  // this object exists; after the end of the thread nothing runs on it any more.
  boost::asio::io_context::executor_type executor() const;

  // Runs `call` on the thread, behind what was posted before; never from within this function.
  // False: the thread has ended, or ends; `call` is dropped, here.
  template <class Call>
  bool post(Call&& call) const {
    const std::unique_lock<std::mutex> open = accept();
    if (!open) return false;
    boost::asio::post(executor(), std::forward<Call>(call));
    return true;
  }

  bool is_here() const;
  // Ends the program with a text on stderr when another thread calls while this one runs; free in
  // a release build.
  void assert_here() const {
#ifndef NDEBUG
    if (!is_here()) assert_ended();
#endif
  }

  // Destroys the object on the thread, never from within this function: behind what was posted
  // before, or with everything else that is left when the thread ends. Where it has ended already,
  // and nothing can be running there, at once. The caller gives the last reference.
  template <class Object>
  void destroy_here(std::shared_ptr<Object>&& object) const {
    destroy(LastReference{std::move(object)});
  }
  template <class Object, class Deleter>
  void destroy_here(std::unique_ptr<Object, Deleter>&& object) const {
    destroy(LastReference{std::shared_ptr<const void>(std::move(object))});
  }

  // How other threads answer an object of this one: a function object that any thread may call at
  // any time and any number of times. It posts here and calls
  // `call(owner, arguments…)`, unless the owner is destroyed by then or the thread has ended.
  // Arguments are copied or moved: no views.
  template <class Owner, class Call>
  auto callback(std::weak_ptr<Owner> owner, Call call) const {
    return [thread = *this, owner = std::move(owner),
            call = std::move(call)]<class... Arguments>(Arguments&&... arguments) {
      static_assert((!std::is_same_v<std::decay_t<Arguments>, std::string_view> && ...),
                    "what a view shows may be gone when the call is run: pass a std::string");
      thread.post([owner, call,
                   values = std::make_tuple(std::forward<Arguments>(arguments)...)]() mutable {
        const auto present = owner.lock();
        if (!present) return;
        std::apply([&](auto&... each) { std::invoke(call, *present, std::move(each)...); }, values);
      });
    };
  }

  // Called, on the thread, with what a handler has thrown. Must not throw.
  using OnException = std::function<void(std::string_view what)>;

 private:
  friend class Loop;
  friend class IoThread;
  struct State;

  // Empty `on_exception`: it is ignored. `name`: for the text of assert_here.
  Thread(const char* name, OnException on_exception);
  // Of the thread's owner, called on the thread. `run` returns when the context has nothing to do
  // or is stopped; what a handler throws is reported, and the next handler runs. `close` destroys
  // every handler that is left, and nothing can be posted from then on.
  void run() const;
  void close() const;
  boost::asio::io_context& context() const;
  void adopt_this_thread() const;
  // After its return `on_exception` is not called any more.
  void ignore_exceptions() const;

  std::unique_lock<std::mutex> accept() const;
  // Moved only: a copy that stays behind would destroy the object on the caller's thread.
  struct LastReference {
    explicit LastReference(std::shared_ptr<const void> to) : object(std::move(to)) {}
    LastReference(LastReference&&) = default;
    LastReference& operator=(LastReference&&) = delete;

    std::shared_ptr<const void> object;
  };
  void destroy(LastReference last) const;
  void assert_ended() const;

  std::shared_ptr<State> state_;
};

// The supervising loop: its context, run by the thread that owns this object.
class Loop {
 public:
  explicit Loop(Thread::OnException on_exception = {});
  // Destroys what is still to be run. On the thread that ran it.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  const Thread& thread() const { return thread_; }
  boost::asio::io_context& context() const { return thread_.context(); }
  boost::asio::io_context::executor_type executor() const { return thread_.executor(); }

  // Until `stop` is called, or nothing is left to do. What a handler throws is reported, and the
  // loop goes on.
  void run() { thread_.run(); }
  void stop() { context().stop(); }

 private:
  Thread thread_;
};

}  // namespace supervisor
