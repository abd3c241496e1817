#pragma once

#include <cstdint>
#include <vector>

#include <sys/types.h>

#include "monitor/probes/attention.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// Number of the pipe behind a descriptor, the same for both of its ends; 0: it is none.
std::uint64_t pipe_number(int descriptor);

// The process is FFmpeg, and not what started it: by its executable's name, or because the flags
// that the supervisor puts right behind FFmpeg's own word are its first arguments. (A script's
// arguments begin with its own file, a wrapper's with words of its own.)
bool is_ffmpeg(pid_t pid);

// Processes of the machine that are FFmpeg and hold the pipe; never this one.
std::vector<pid_t> ffmpegs_holding(std::uint64_t pipe);

// … and those that were orphaned to this program (a subreaper), and what they have started.
std::vector<pid_t> orphaned_ffmpegs_holding(std::uint64_t pipe);

// One process, not the next of the same number.
struct ProcessIdentity {
  pid_t pid = -1;
  std::uint64_t started = 0;  // ticks since the machine's start

  static ProcessIdentity of(pid_t pid);
  // A zombie is gone.
  bool is_there() const;
  bool operator==(const ProcessIdentity&) const = default;
};

// Which process FFmpeg is, where the child may be a process that stays between (timeout, flock, a
// script without exec). It is the one that holds the progress pipe among the child's descendants
// and those that were orphaned to this program; a wrapper holds the pipe, too, but starts another
// process that does. Where there is none that does, the descendant that is named as FFmpeg. For a
// child of this program's own that is not reaped yet.
class FfmpegFinder {
 public:
  FfmpegFinder(pid_t child, std::uint64_t progress_pipe);

  // The child itself where no other process is known to be FFmpeg. Looks as often as is needed:
  // each time until FFmpeg is found, then when that one is gone and once in a while; that is seldom
  // for the child itself while all is well.
  pid_t find(Instant now, Attention attention = Attention::close);
  // … and looks anew, whatever is known.
  pid_t find_anew(Instant now);
  // As last found.
  pid_t found() const { return found_.pid; }
  bool found_behind_child() const { return found_.pid != child_; }
  // It is certain that it is FFmpeg, not only likely.
  bool is_certain() const { return is_certain_; }
  // … and there is no other beside it, as in `ffmpeg … | ffmpeg …`.
  bool is_only_one() const { return is_only_one_; }
  // As given.
  std::uint64_t progress_pipe() const { return pipe_; }
  // It holds the progress pipe.
  bool has_pipe() const { return has_pipe_; }

 private:
  struct Candidate;
  std::vector<Candidate> candidates() const;
  void add_descendants(std::vector<Candidate>& all) const;
  void add_orphans(std::vector<Candidate>& all) const;

  pid_t child_;
  std::uint64_t pipe_;
  ProcessIdentity found_;
  bool is_certain_ = false;
  bool is_only_one_ = true;
  bool has_pipe_ = false;
  unsigned looks_ = 0;
  Instant look_at_ = Instant::min();
};

}  // namespace monitor::probes
