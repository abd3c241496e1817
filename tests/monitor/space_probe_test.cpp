#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "monitor/probes/space.hpp"

namespace monitor::probes {
namespace {

using namespace std::chrono_literals;

using Ask = std::function<std::optional<SpaceSample>(const std::string&)>;

// What `probe_space` answers; empty when it never does.
std::optional<std::vector<SpaceSample>> probed(std::vector<std::string> folders,
                                               Duration timeout = 5s, const Ask& ask = space_of) {
  boost::asio::io_context context;
  std::optional<std::vector<SpaceSample>> answer;
  int answers = 0;
  probe_space(
      context.get_executor(), std::move(folders), timeout,
      [&](Observation samples) {
        answer = std::get<std::vector<SpaceSample>>(std::move(samples));
        ++answers;
      },
      ask);
  EXPECT_EQ(answers, 0) << "answered from within the call";
  context.run_for(10s);
  EXPECT_EQ(answers, 1);
  return answer;
}

TEST(SpaceProbe, SaysTheRoomWhereAnOutputIsWritten) {
  const std::string folder = testing::TempDir();
  const auto answer = probed({folder});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->size(), 1U);
  const SpaceSample& sample = answer->front();
  struct statvfs told {};
  ASSERT_EQ(statvfs(folder.c_str(), &told), 0);
  EXPECT_EQ(sample.path, folder);
  EXPECT_EQ(sample.total_bytes, told.f_blocks * told.f_frsize);
  EXPECT_GT(sample.free_bytes, 0U);
  EXPECT_LE(sample.free_bytes, told.f_bfree * told.f_frsize + (1ULL << 30));  // others write too
  EXPECT_EQ(sample.free_inodes.has_value(), told.f_files > 0);
}

TEST(SpaceProbe, KeepsTheOrderAndLeavesOutWhatIsNoFolder) {
  const auto answer = probed({"/dev/shm", "/etc/passwd/hls", "/"});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->size(), 2U);
  EXPECT_EQ(answer->front().path, "/dev/shm");
  EXPECT_EQ(answer->back().path, "/");
}

TEST(SpaceProbe, AFolderThatIsNotThereYetHasTheRoomOfTheNearestAboveIt) {
  const auto answer = probed({"/dev/shm/not/yet", "/nonexistent/hls"});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->size(), 2U);
  EXPECT_EQ(answer->front().path, "/dev/shm");
  EXPECT_EQ(answer->back().path, "/");
}

TEST(SpaceProbe, AFileSystemWithoutASizeIsNotCalledFull) {
  const auto answer = probed({"/proc"});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->empty());
}

TEST(SpaceProbe, AnswersWhereThereIsNothingToAsk) {
  const auto answer = probed({});
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->empty());
}

TEST(SpaceProbe, AnExecutorThatGoesFirstIsNotMissed) {
  bool answered = false;
  auto let_go = std::make_shared<std::promise<void>>();
  auto waits = [gate = let_go->get_future().share()](const std::string&) {
    gate.wait();
    return std::optional(SpaceSample{});
  };
  {
    boost::asio::io_context context;
    probe_space(
        context.get_executor(), {"/"}, 5s, [&](auto) { answered = true; }, waits);
    context.poll_one();
  }
  let_go->set_value();
  EXPECT_FALSE(answered);
}

TEST(SpaceProbe, AFolderThatCannotBeAskedIsLeftOutAndTheOthersAreTold) {
  const auto answer = probed({"/lost", "/found"}, 5s, [](const std::string& folder) {
    if (folder == "/lost") throw std::bad_alloc();
    SpaceSample sample;
    sample.path = folder;
    return std::optional(sample);
  });
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->size(), 1U);
  EXPECT_EQ(answer->front().path, "/found");
}

// A file system whose server never answers, as of a network that is gone. It ends with the test.
class HungFileSystem {
 public:
  HungFileSystem() {
    std::string pattern = testing::TempDir() + "hung_XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) return;
    folder_ = pattern;
    server_ = ::open("/dev/fuse", O_RDWR | O_CLOEXEC);
    const std::string options = "rootmode=40000,user_id=0,group_id=0,fd=" + std::to_string(server_);
    // In a mount namespace of its own, so that nothing is left behind whatever happens.
    mounted_ = server_ >= 0 && unshare(CLONE_NEWNS) == 0 &&
               mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               mount("hung", pattern.c_str(), "fuse", MS_NODEV | MS_NOSUID, options.c_str()) == 0;
  }
  ~HungFileSystem() {
    let_go();
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
    if (!folder_.empty()) ::rmdir(folder_.c_str());
  }
  HungFileSystem(const HungFileSystem&) = delete;
  HungFileSystem& operator=(const HungFileSystem&) = delete;

  bool mounted() const { return mounted_; }
  const std::string& folder() const { return folder_; }
  // Who waits for an answer gets an error.
  void let_go() {
    if (server_ >= 0) ::close(server_);
    server_ = -1;
  }

 private:
  std::string folder_;
  int server_ = -1;
  bool mounted_ = false;
};

long threads() {
  const std::filesystem::directory_iterator entries("/proc/self/task");
  return std::distance(begin(entries), end(entries));
}

bool comes_to_have_threads(long count) {
  const Instant deadline = std::chrono::steady_clock::now() + 10s;
  for (;;) {
    if (threads() == count) return true;
    if (std::chrono::steady_clock::now() > deadline) return false;
    usleep(1000);
  }
}

TEST(SpaceProbe, AHungFileSystemCostsOneThreadAndNeitherTimeNorTheOthers) {
  HungFileSystem hung;
  if (!hung.mounted()) GTEST_SKIP() << "a file system that hangs needs root and /dev/fuse";
  std::thread([] {}).join();  // a sanitizer begins its own thread with the first one
  const long own = threads();
  for (int look = 0; look < 5; ++look) {
    const auto answer = probed({hung.folder(), "/"}, 200ms);
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->size(), 1U);
    EXPECT_EQ(answer->front().path, "/");
  }
  EXPECT_TRUE(comes_to_have_threads(own + 1));
  hung.let_go();
  EXPECT_TRUE(comes_to_have_threads(own));
}

}  // namespace
}  // namespace monitor::probes
