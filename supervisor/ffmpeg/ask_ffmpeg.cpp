#include "supervisor/ffmpeg/ask_ffmpeg.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "supervisor/child/child_environment.hpp"
#include "supervisor/child/descriptor.hpp"

namespace supervisor {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int lowest_descriptor = 10;

// In a process group of its own, with nothing on stdin and both outputs in the pipe. The errno
// where there is no such program.
int spawn(const std::vector<std::string>& argv, int output, pid_t& pid) {
  std::vector<char*> words;
  for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_adddup2(&actions, output, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::vector<char*> variables = child_environment(false);
  const int error =
      ::posix_spawnp(&pid, words.front(), &actions, &attributes, words.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return error;
}

struct Answer {
  std::string text;
  int error_number = 0;  // of what could not be done
};

// To the end of the pipe; ETIMEDOUT or EMSGSIZE where there is no time or too much of it.
Answer read_all(int fd, Clock::time_point until, std::size_t limit) {
  Answer answer;
  std::array<char, 64 * 1024> buffer;
  while (answer.text.size() < limit) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    pollfd waits{.fd = fd, .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waits, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      answer.error_number = ETIMEDOUT;
      return answer;
    }
    const ssize_t count = ::read(fd, buffer.data(), buffer.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return answer;
    answer.text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  answer.error_number = EMSGSIZE;
  return answer;
}

// A child of its own that it has left behind keeps the pipe open: it is ended with its group.
Answer answer_of(const std::vector<std::string>& argv, Clock::time_point until, std::size_t limit) {
  Pipe pipe;
  if (!open_pipe(lowest_descriptor, pipe)) return {{}, errno};
  pid_t pid = -1;
  if (const int error = spawn(argv, pipe.write.get(), pid); error != 0) return {{}, error};
  pipe.write = Descriptor();
  Answer answer = read_all(pipe.read.get(), until, limit);
  ::kill(-pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) continue;
  return answer;
}

std::string why(const std::string& program, int error_number) {
  const char* const reason = error_number == ETIMEDOUT  ? "it gave no answer in time"
                             : error_number == EMSGSIZE ? "its answer is too long"
                                                        : ::strerrordesc_np(error_number);
  return program + " was asked for its options: " + reason;
}

}  // namespace

AskedFfmpeg ask_ffmpeg(const std::vector<std::string>& program,
                       const std::vector<HelpQuestion>& questions, const AskLimits& limits) {
  AskedFfmpeg asked;
  const auto until = Clock::now() + limits.timeout;
  for (const HelpQuestion& question : questions) {
    std::vector<std::string> argv = program;
    const std::vector<std::string> words = words_of(question);
    argv.insert(argv.end(), words.begin(), words.end());
    const Answer answer = answer_of(argv, until, limits.answer_bytes);
    if (answer.error_number != 0) {
      asked.error = why(program.back(), answer.error_number);
      return asked;
    }
    read_answer(question, answer.text, asked.help);
  }
  return asked;
}

}  // namespace supervisor
