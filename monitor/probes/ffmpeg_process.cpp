#include "monitor/probes/ffmpeg_process.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

#include "monitor/probes/kernel_file.hpp"
#include "monitor/probes/open_folder.hpp"

namespace monitor::probes {
namespace {

using namespace std::chrono_literals;

constexpr Duration look_again = 10s;         // at what was found: it may have started another
constexpr Duration look_again_later = 5min;  // than that, where the child itself is well
constexpr unsigned first_looks = 16;  // … but not at first: a program of that name may be a wrapper
constexpr std::size_t processes_limit = 64;      // below one child
constexpr std::size_t descriptors_limit = 1024;  // of one process
constexpr std::size_t threads_limit = 256;
constexpr std::size_t machine_limit = 65536;  // processes

std::string path_of(pid_t pid, std::string_view file) {
  return "/proc/" + std::to_string(pid) + "/" + std::string(file);
}

// Calls `each(name)` with the entries of a folder; it returns false to end it.
template <class Each>
void for_each_entry(const std::string& path, std::size_t limit, Each each) {
  std::size_t seen = 0;
  OpenFolder(path).list([&](const char* name) { return seen++ < limit && each(name); });
}

bool holds(pid_t pid, std::uint64_t pipe) {
  const std::string wanted = "pipe:[" + std::to_string(pipe) + "]";
  const std::string folder = path_of(pid, "fd");
  bool found = false;
  for_each_entry(folder, descriptors_limit, [&](const char* name) {
    std::array<char, 64> target;
    const std::string path = folder + "/" + name;
    const ssize_t got = ::readlink(path.c_str(), target.data(), target.size());
    found = got > 0 && std::string_view(target.data(), static_cast<std::size_t>(got)) == wanted;
    return !found;
  });
  return found;
}

// Of each thread: a child belongs to the thread that forked it.
std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  const std::string tasks = path_of(pid, "task");
  for_each_entry(tasks, threads_limit, [&](const char* thread) {
    if (thread[0] == '.') return true;
    std::array<char, 1024> buffer;
    std::string_view rest = KernelFile(tasks + "/" + thread + "/children").read(buffer);
    while (!rest.empty() && children.size() < processes_limit) {
      if (const auto child = number_in<pid_t>(next_part(rest, ' '))) children.push_back(*child);
    }
    return children.size() < processes_limit;
  });
  return children;
}

struct Life {
  char state;
  std::uint64_t started;
};

// See proc(5): state is field 3, starttime 22; the name before may hold anything.
std::optional<Life> stat_of(pid_t pid) {
  std::array<char, 1024> buffer;
  const std::string_view text = KernelFile(path_of(pid, "stat")).read(buffer);
  const std::size_t end_of_name = text.rfind(')');
  if (end_of_name == std::string_view::npos || end_of_name + 2 >= text.size()) return std::nullopt;
  std::string_view rest = text.substr(end_of_name + 2);
  const char state = rest.front();
  for (int field = 3; field < 22; ++field) next_part(rest, ' ');
  return Life{state, static_cast<std::uint64_t>(leading_integer(rest).value_or(0))};
}

std::string executable_of(pid_t pid) {
  std::array<char, 4096> target;
  const ssize_t got = ::readlink(path_of(pid, "exe").c_str(), target.data(), target.size());
  return got > 0 ? std::string(target.data(), static_cast<std::size_t>(got)) : std::string();
}

bool is_named_ffmpeg(pid_t pid) {
  const std::string file = executable_of(pid);
  return std::string_view(file).substr(file.find_last_of('/') + 1).starts_with("ffmpeg");
}

// The place of the supervisor's first flag among the words; 0: it is not there.
std::size_t place_of_flags(pid_t pid) {
  std::array<char, 4096> buffer;
  std::string_view rest = KernelFile(path_of(pid, "cmdline")).read(buffer);
  for (std::size_t place = 0; !rest.empty(); ++place) {
    if (next_part(rest, '\0') == "-progress") return place;
  }
  return 0;
}

// That a process is FFmpeg; the later, the better.
enum class Proof : std::uint8_t {
  none,
  later_flags,  // it has the supervisor's flags, behind others, and is another program than the
                // child
  name,
  flags,  // they are its first arguments
};

Proof proof_of(pid_t pid, const std::string& childs_executable) {
  const std::size_t place = place_of_flags(pid);
  if (place == 1) return Proof::flags;
  if (is_named_ffmpeg(pid)) return Proof::name;
  const bool is_other = executable_of(pid) != childs_executable;
  return place > 1 && is_other ? Proof::later_flags : Proof::none;
}

}  // namespace

std::uint64_t pipe_number(int descriptor) {
  struct stat status {};
  const bool is_pipe = ::fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
  return is_pipe ? status.st_ino : 0;
}

bool is_ffmpeg(pid_t pid) {
  return is_named_ffmpeg(pid) || place_of_flags(pid) == 1;
}

std::vector<pid_t> ffmpegs_holding(std::uint64_t pipe) {
  std::vector<pid_t> found;
  if (pipe == 0) return found;
  for_each_entry("/proc", machine_limit, [&](const char* name) {
    const auto pid = number_in<pid_t>(name);
    if (pid && *pid != ::getpid() && holds(*pid, pipe) && is_ffmpeg(*pid)) found.push_back(*pid);
    return true;
  });
  return found;
}

std::vector<pid_t> orphaned_ffmpegs_holding(std::uint64_t pipe) {
  std::vector<pid_t> found;
  if (pipe == 0) return found;
  std::vector<pid_t> all = children_of(::getpid());
  std::erase_if(all, [pipe](pid_t pid) { return !holds(pid, pipe); });
  for (std::size_t next = 0; next < all.size() && all.size() < processes_limit; ++next) {
    const std::vector<pid_t> below = children_of(all[next]);
    all.insert(all.end(), below.begin(), below.end());
  }
  std::copy_if(all.begin(), all.end(), std::back_inserter(found),
               [pipe](pid_t pid) { return is_ffmpeg(pid) && holds(pid, pipe); });
  return found;
}

ProcessIdentity ProcessIdentity::of(pid_t pid) {
  const auto stat = stat_of(pid);
  return {pid, stat ? stat->started : 0};
}

bool ProcessIdentity::is_there() const {
  const auto stat = stat_of(pid);
  return stat && stat->started == started && stat->state != 'Z' && stat->state != 'X';
}

struct FfmpegFinder::Candidate {
  pid_t pid;
  std::size_t depth;  // below the child
};

FfmpegFinder::FfmpegFinder(pid_t child, std::uint64_t progress_pipe)
    : child_(child), pipe_(progress_pipe), found_{child, 0} {
}

void FfmpegFinder::add_descendants(std::vector<Candidate>& all) const {
  for (std::size_t next = 0; next < all.size(); ++next) {
    const Candidate parent = all[next];
    for (const pid_t pid : children_of(parent.pid)) {
      if (all.size() >= processes_limit) return;
      all.push_back({pid, parent.depth + 1});
    }
  }
}

// A shell that has put FFmpeg in the background and is gone leaves it to the subreaper: this
// program.
void FfmpegFinder::add_orphans(std::vector<Candidate>& all) const {
  if (pipe_ == 0) return;
  for (const pid_t pid : children_of(::getpid())) {
    if (all.size() < processes_limit && pid != child_ && holds(pid, pipe_)) all.push_back({pid, 1});
  }
}

std::vector<FfmpegFinder::Candidate> FfmpegFinder::candidates() const {
  std::vector<Candidate> descendants{{child_, 0}};
  add_descendants(descendants);
  const auto is_any_ffmpeg = [](const std::vector<Candidate>& all) {
    return std::any_of(all.begin(), all.end(),
                       [](const Candidate& each) { return is_ffmpeg(each.pid); });
  };
  std::vector<Candidate> holders = descendants;
  std::erase_if(holders, [this](const Candidate& each) {
    return each.pid != child_ && !(pipe_ != 0 && holds(each.pid, pipe_));
  });
  if (!is_any_ffmpeg(holders)) add_orphans(holders);
  return is_any_ffmpeg(holders) ? holders : descendants;
}

pid_t FfmpegFinder::find(Instant now, Attention attention) {
  const bool is_child = found_.pid == child_;
  const bool may_wait = is_child && is_certain_ && attention == Attention::usual;
  const bool is_due = now >= look_at_ && (!may_wait || now - look_at_ >= look_again_later);
  if (!is_due && (is_child || found_.is_there())) return found_.pid;
  return find_anew(now);
}

// The best proof, and of those the deepest: what a wrapper has started.
pid_t FfmpegFinder::find_anew(Instant now) {
  const std::string own = executable_of(child_);
  Proof best = Proof::none;
  Candidate chosen{child_, 0};
  is_only_one_ = true;
  for (const Candidate& candidate : candidates()) {  // the deepest last
    const Proof proof = proof_of(candidate.pid, own);
    if (proof < best || proof == Proof::none) continue;
    is_only_one_ = proof > best || candidate.depth > chosen.depth;
    best = proof;
    chosen = candidate;
  }
  is_certain_ = best >= Proof::name;
  found_ = ProcessIdentity::of(chosen.pid);
  has_pipe_ = pipe_ != 0 && holds(chosen.pid, pipe_);
  look_at_ = is_certain_ && ++looks_ > first_looks ? now + look_again : now;
  return found_.pid;
}

}  // namespace monitor::probes
