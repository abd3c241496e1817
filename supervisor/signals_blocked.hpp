#pragma once

#include <signal.h>

namespace supervisor {

// No signal arrives in this thread while this lives, nor in a thread or child that is begun
// meanwhile, ever: around a fork, because a handler that ran in the child before the exec would
// write into the parent's own signal pipe (Asio's handlers do); around the start of a thread,
// because signals are the supervising loop's.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace supervisor
