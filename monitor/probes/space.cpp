#include "monitor/probes/space.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <mutex>
#include <set>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <sys/statvfs.h>
#include <unistd.h>

#include "monitor/probes/blocking_call.hpp"

namespace monitor::probes {
namespace {

namespace asio = boost::asio;

// Folders whose file system did not answer in time: while a thread still waits there, no other is
// sent after it, so a hung file system costs one thread and not one at each look.
class HungFolders {
 public:
  bool contains(const std::string& folder) {
    const std::lock_guard lock(mutex_);
    return folders_.contains(folder);
  }

  // What one look and the thread it sent agree on.
  struct Look {
    bool answered = false;
    bool given_up = false;
  };
  void give_up(Look& look, const std::string& folder) {
    const std::lock_guard lock(mutex_);
    if (look.answered) return;
    look.given_up = true;
    folders_.insert(folder);
  }
  void answer(Look& look, const std::string& folder) {
    const std::lock_guard lock(mutex_);
    look.answered = true;
    if (look.given_up) folders_.extract(folder);
  }

 private:
  std::mutex mutex_;
  std::multiset<std::string> folders_;
};

HungFolders& hung_folders() {
  static auto& folders = *new HungFolders;  // never destroyed: a hung thread may outlive main()
  return folders;
}

// Of a folder that does not exist yet: of the nearest one above it that does.
bool read_nearest(std::string& folder, struct statvfs& status) {
  while (::statvfs(folder.c_str(), &status) != 0) {
    const std::size_t slash = folder.find_last_of('/');
    if (errno != ENOENT || slash == std::string::npos || folder == "/") return false;
    folder.resize(std::max<std::size_t>(slash, 1));
  }
  return true;
}

using Ask = std::function<std::optional<SpaceSample>(const std::string&)>;

// The samples of one call. It answers once the last folder is done.
struct Gathering {
  std::size_t awaited;
  std::vector<std::optional<SpaceSample>> samples;
  std::function<void(Observation)> done;

  void answer() {
    std::vector<SpaceSample> known;
    for (auto& sample : samples) {
      if (sample) known.push_back(std::move(*sample));
    }
    done(std::move(known));
  }
};

// Empty past the deadline.
asio::awaitable<std::optional<SpaceSample>> look(std::string folder, Ask ask, Instant deadline) {
  if (hung_folders().contains(folder)) co_return std::nullopt;
  const auto shared = std::make_shared<HungFolders::Look>();
  auto work = [folder, shared, ask = std::move(ask)] {
    const auto answered = [&folder](HungFolders::Look* one) {
      hung_folders().answer(*one, folder);
    };
    const std::unique_ptr<HungFolders::Look, decltype(answered)> guard(shared.get(), answered);
    return ask(folder);
  };
  auto answer = co_await run_blocking(std::move(work), deadline);
  if (!answer) hung_folders().give_up(*shared, folder);
  co_return answer ? std::move(*answer) : std::nullopt;
}

asio::awaitable<void> gather(std::shared_ptr<Gathering> gathering, std::size_t index,
                             std::string folder, Ask ask, Instant deadline) {
  try {
    gathering->samples[index] = co_await look(std::move(folder), std::move(ask), deadline);
  } catch (const std::exception&) {
    // Too many threads hang, or no memory: this folder is left out, and the others are reported.
  }
  if (--gathering->awaited == 0) gathering->answer();
}

}  // namespace

std::optional<SpaceSample> space_of(const std::string& asked) {
  std::string folder = asked;
  struct statvfs status {};
  if (!read_nearest(folder, status)) return {};
  if (status.f_blocks == 0) return {};    // /proc and its like, some network mounts: no size
  const bool is_root = ::geteuid() == 0;  // may use what is kept back from others
  SpaceSample sample;
  sample.path = folder;
  sample.free_bytes = std::uint64_t{is_root ? status.f_bfree : status.f_bavail} * status.f_frsize;
  sample.total_bytes = std::uint64_t{status.f_blocks} * status.f_frsize;
  if (status.f_files > 0) sample.free_inodes = is_root ? status.f_ffree : status.f_favail;
  return sample;
}

void probe_space(const asio::any_io_executor& executor, std::vector<std::string> folders,
                 Duration timeout, std::function<void(Observation)> done, Ask ask) {
  if (folders.empty()) {
    asio::post(executor, [done = std::move(done)] { done(std::vector<SpaceSample>{}); });
    return;
  }
  const Instant deadline = std::chrono::steady_clock::now() + timeout;
  const auto gathering = std::make_shared<Gathering>();
  gathering->awaited = folders.size();
  gathering->samples.resize(folders.size());
  gathering->done = std::move(done);
  const auto strand = asio::make_strand(executor);
  for (std::size_t index = 0; index < folders.size(); ++index) {
    asio::co_spawn(strand, gather(gathering, index, std::move(folders[index]), ask, deadline),
                   asio::detached);
  }
}

}  // namespace monitor::probes
