#pragma once

#include <string>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace trial {

// A process with a pipe at its stdin or stdout, whose other end does not block. Dies with this one.
struct Child {
  pid_t pid = -1;
  int fd = -1;
};

enum class End { stdin_of_child, stdout_of_child };

inline Child start(const std::vector<std::string>& argv, End end) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {};
  const int own = end == End::stdin_of_child ? 1 : 0;
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    signal(SIGPIPE, SIG_DFL);
    const int null = open("/dev/null", O_RDWR);
    dup2(own == 1 ? ends[0] : null, 0);
    dup2(own == 1 ? null : ends[1], 1);
    std::vector<char*> words;
    for (const auto& each : argv) words.push_back(const_cast<char*>(each.c_str()));
    words.push_back(nullptr);
    execvp(words[0], words.data());
    _exit(127);
  }
  close(ends[1 - own]);
  fcntl(ends[own], F_SETFL, O_NONBLOCK);
  return {pid, ends[own]};
}

}  // namespace trial
