#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace monitor::probes {

// A made-up /proc with process 7 in it, and a made-up /sys/fs/cgroup.
class MadeUpMachine : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "machine_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  static void write(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  void is_in(const std::string& groups) { write(proc() / "7/cgroup", groups); }

  std::filesystem::path proc() const { return root_ / "proc"; }
  std::filesystem::path cgroup() const { return root_ / "cgroup"; }

 private:
  std::filesystem::path root_;
};

// A control group of cgroup v1 of the test's own, removed with it. Not `made` where the machine
// gives none: read-only, in a container without the right, or with v2 alone.
class RealGroup {
 public:
  explicit RealGroup(const std::string& controller, const std::string& needed_file)
      : path_(std::filesystem::path("/sys/fs/cgroup") / controller /
              ("ffsupervisor_test_" + std::to_string(getpid()))) {
    std::error_code error;
    made_ = std::filesystem::exists(path_.parent_path() / needed_file, error) &&
            std::filesystem::create_directory(path_, error);
  }
  ~RealGroup() {
    if (made_) ::rmdir(path_.c_str());
  }
  RealGroup(const RealGroup&) = delete;
  RealGroup& operator=(const RealGroup&) = delete;

  bool made() const { return made_; }
  std::string path() const { return path_; }
  bool set(const std::string& file, const std::string& value) const {
    std::ofstream stream(path_ / file);
    stream << value << std::flush;
    return stream.good();
  }

 private:
  std::filesystem::path path_;
  bool made_ = false;
};

// A child that stands stopped until `go()`, then runs `work`. Killed at the end of the test at the
// latest.
class Child {
 public:
  template <class Work>
  explicit Child(Work work) : pid_(fork()) {
    if (pid_ == 0) {
      raise(SIGSTOP);
      work();
      _exit(0);
    }
    waitpid(pid_, nullptr, WUNTRACED);
  }
  ~Child() {
    if (pid_ > 0) end(SIGKILL);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  void go() const { kill(pid_, SIGCONT); }
  // Its wait status, once it is dead.
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return status;
  }
  int end(int signal) {
    kill(pid_, signal);
    return wait();
  }

 private:
  pid_t pid_;
};

// Whether `holds` comes true before 10 s have passed.
template <class Condition>
bool eventually(Condition holds) {
  using namespace std::chrono_literals;
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(10ms);
  }
  return true;
}

}  // namespace monitor::probes
