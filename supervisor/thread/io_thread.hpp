#pragma once

#include <future>
#include <optional>

#include "supervisor/thread/thread.hpp"

namespace supervisor {

// A thread for I/O that answers the supervising loop by `Thread::callback`. The program has one for
// all I/O with other machines or disks (probes, alerts, exporters, reading the configuration): a
// name lookup that hangs or a slow TLS handshake there never delays a restart. And one for the
// media of held streams, which must not wait for that. This object is used from the loop only; the
// thread begins with the first use, so that it costs the launch of a stream nothing.
class IoThread {
 public:
  explicit IoThread(Thread::OnException on_exception = {}, const char* name = "I/O thread");
  // Drops what is under way. Waits at most 200 ms for the thread: one that hangs in a system call
  // is left behind, for the end of the process; `on_exception` is not called any more.
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  // Begins what the destructor does, without waiting.
  void stop();

  // Throws std::system_error where the system has no thread left.
  const Thread& thread();
  boost::asio::io_context::executor_type executor() { return thread().executor(); }

 private:
  void begin();

  Thread::OnException on_exception_;
  const char* name_;
  std::optional<Thread> thread_;  // empty: not used yet
  std::future<void> ended_;
};

}  // namespace supervisor
