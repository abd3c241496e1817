#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <mutex>
#include <set>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <sys/statvfs.h>
#include <unistd.h>

#include "monitor/probes/blocking_call.hpp"
#include "monitor/probes/host.hpp"

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
bool ask_nearest(std::string& folder, struct statvfs& told) {
  while (::statvfs(folder.c_str(), &told) != 0) {
    const std::size_t slash = folder.find_last_of('/');
    if (errno != ENOENT || slash == std::string::npos || folder == "/") return false;
    folder.resize(std::max<std::size_t>(slash, 1));
  }
  return true;
}

std::optional<SpaceSample> space_of(std::string folder) {
  struct statvfs told {};
  if (!ask_nearest(folder, told)) return {};
  if (told.f_blocks == 0) return {};  // /proc and its like, some network mounts: no size to tell
  const bool is_root = ::geteuid() == 0;  // may use what is kept back from others
  SpaceSample sample;
  sample.path = folder;
  sample.free_bytes = std::uint64_t{is_root ? told.f_bfree : told.f_bavail} * told.f_frsize;
  sample.total_bytes = std::uint64_t{told.f_blocks} * told.f_frsize;
  if (told.f_files > 0) sample.free_inodes = is_root ? told.f_ffree : told.f_favail;
  return sample;
}

// The samples of one call. It answers once the last folder is told of.
struct Gathering {
  std::size_t awaited;
  std::vector<std::optional<SpaceSample>> samples;
  std::function<void(std::vector<SpaceSample>)> done;

  void answer() {
    std::vector<SpaceSample> known;
    for (auto& sample : samples) {
      if (sample) known.push_back(std::move(*sample));
    }
    done(std::move(known));
  }
};

// Empty past the deadline, and where too many threads hang already.
asio::awaitable<std::optional<SpaceSample>> look(std::string folder, Instant deadline) {
  if (hung_folders().contains(folder)) co_return std::nullopt;
  const auto shared = std::make_shared<HungFolders::Look>();
  std::optional<std::optional<SpaceSample>> answer;
  try {
    auto ask = [folder, shared] {
      auto sample = space_of(folder);
      hung_folders().answer(*shared, folder);
      return sample;
    };
    answer = co_await run_blocking(std::move(ask), deadline);
  } catch (const boost::system::system_error&) {
    co_return std::nullopt;
  }
  if (!answer) hung_folders().give_up(*shared, folder);
  co_return answer ? std::move(*answer) : std::nullopt;
}

asio::awaitable<void> gather(std::shared_ptr<Gathering> gathering, std::size_t index,
                             std::string folder, Instant deadline) {
  gathering->samples[index] = co_await look(std::move(folder), deadline);
}

}  // namespace

void probe_space(const asio::any_io_executor& executor, std::vector<std::string> folders,
                 Duration timeout, std::function<void(std::vector<SpaceSample>)> done) {
  if (folders.empty()) {
    asio::post(executor, [done = std::move(done)] { done({}); });
    return;
  }
  const Instant deadline = std::chrono::steady_clock::now() + timeout;
  const auto gathering = std::make_shared<Gathering>();
  gathering->awaited = folders.size();
  gathering->samples.resize(folders.size());
  gathering->done = std::move(done);
  const auto strand = asio::make_strand(executor);
  for (std::size_t index = 0; index < folders.size(); ++index) {
    // A look that failed has found nothing; the others' answer is due all the same.
    asio::co_spawn(strand, gather(gathering, index, std::move(folders[index]), deadline),
                   [gathering](const std::exception_ptr&) {
                     if (--gathering->awaited == 0) gathering->answer();
                   });
  }
}

}  // namespace monitor::probes
