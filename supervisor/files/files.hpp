#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>

#include "monitor/probes/blocking_call.hpp"
#include "monitor/time.hpp"

namespace supervisor {

// The calls that a stream makes to file systems itself. Each may hang for as long as the file
// system does (a dead network mount), so none is made on the supervising loop or the I/O thread:
// call_blocking() runs them. Called from several threads at once. A seam: tests put file systems
// that hang here.
class Files {
 public:
  Files() = default;
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  virtual ~Files() = default;

  virtual bool is_readable(const std::string& path) const = 0;
  // Puts the text into the file as a whole: a reader finds the old text or the new one, and always
  // a file. By way of `PATH.new` in the same folder. A file that holds more lines than this text
  // has, or more than any title, is somebody else's and left alone. Returns what went wrong, as a
  // sentence with the path; empty: nothing.
  virtual std::string replace(const std::string& path, std::string_view text) const = 0;
};

// The machine's own.
std::shared_ptr<const Files> machine_files();

// Those of the streams' own files: a few for each stream at most.
inline monitor::probes::BlockingCalls file_calls{256};

// Runs `work` on a thread of its own, and then `done(result)` on `executor`: with an empty result
// once `deadline` has passed, or at once where too many such calls hang already. `done` is never
// called from within this call, and not at all once the executor's context is gone. `work` must own
// what it uses, and must not throw.
template <class Work, class Done>
void call_blocking(const boost::asio::any_io_executor& executor, Work work,
                   monitor::Instant deadline, Done done) {
  using Result = std::invoke_result_t<Work>;
  boost::asio::co_spawn(executor,
                        monitor::probes::run_blocking(std::move(work), deadline, file_calls),
                        [done = std::move(done)](const std::exception_ptr& refused,
                                                 std::optional<Result> result) mutable {
                          if (refused) result.reset();
                          done(std::move(result));
                        });
}

}  // namespace supervisor
