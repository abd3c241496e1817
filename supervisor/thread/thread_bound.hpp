#pragma once

#include <memory>
#include <utility>

#include "supervisor/thread/thread.hpp"

namespace supervisor {

// Owns an object that lives on another thread, for an owner that does not: the object is called and
// destroyed on its thread only, and no reference to it can be had elsewhere. Its constructor may
// run on the owner's thread. Used by the owner's thread only.
template <class Object>
class ThreadBound {
 public:
  ThreadBound(Thread thread, std::unique_ptr<Object> object)
      : thread_(std::move(thread)), object_(std::move(object)) {}
  ~ThreadBound() { thread_.destroy_here(std::move(object_)); }
  ThreadBound(const ThreadBound&) = delete;
  ThreadBound& operator=(const ThreadBound&) = delete;

  // Runs `call(object)` on its thread, behind what was posted before.
  template <class Call>
  void call(Call call) const {
    // The object outlives the call: what destroys it is posted later.
    thread_.post(
        [object = object_.get(), call = std::move(call)]() mutable { std::move(call)(*object); });
  }

 private:
  Thread thread_;
  std::unique_ptr<Object> object_;
};

}  // namespace supervisor
