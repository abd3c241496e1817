#include "monitor/probes/thread_waits.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "monitor/probes/kernel_file.hpp"

namespace monitor::probes {
namespace {

using std::string_view;

enum class Place : std::uint8_t { other, pipe_read, pipe_call, receive };

struct Named {
  string_view function;
  Place place;
};

constexpr std::array places{
    Named{"anon_pipe_read", Place::pipe_read},   // as Linux 6.18 shows it
    Named{"fifo_pipe_read", Place::pipe_read},   // … of a FIFO, where the compiler merged the two
    Named{"pipe_read", Place::pipe_read},        // … in older ones
    Named{"anon_pipe_write", Place::pipe_call},  // the log's and the progress's are not meant
    Named{"fifo_pipe_write", Place::pipe_call},
    Named{"pipe_write", Place::pipe_call},
    Named{"pipe_wait", Place::pipe_call},         // before 5.5, of reads and writes
    Named{"wait_for_partner", Place::pipe_call},  // open of a FIFO whose other end is not; 6.18
    Named{"fifo_open", Place::pipe_call},         // … where the compiler merged the two
    Named{"__skb_wait_for_more_packets", Place::receive},
    Named{"wait_for_more_packets", Place::receive},  // before 4.7
};

Place place_of(string_view function) {
  const auto* found = std::find_if(places.begin(), places.end(), [function](const Named& named) {
    return named.function == function;
  });
  return found == places.end() ? Place::other : found->place;
}

// A file of one of the threads.
string_view read_file(int threads, string_view thread, string_view file, std::span<char> buffer) {
  std::array<char, 64> path{};
  if (thread.size() + file.size() >= path.size()) return {};
  std::copy(file.begin(), file.end(), std::copy(thread.begin(), thread.end(), path.begin()));
  const int fd = ::openat(threads, path.data(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  const ssize_t got = ::read(fd, buffer.data(), buffer.size());
  ::close(fd);
  const string_view text(buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  return text.substr(0, text.find_last_not_of('\n') + 1);
}

// "1 0x1 0x55d0 …": the number of the call and its arguments. "running", or -1: none.
struct Call {
  long number = -1;
  std::array<std::uint64_t, 3> arguments{};
};

Call read_call(string_view text) {
  Call call;
  const string_view number = next_part(text, ' ');
  const auto read = std::from_chars(number.data(), number.data() + number.size(), call.number);
  if (read.ec != std::errc()) return {};
  for (std::uint64_t& argument : call.arguments) {
    string_view word = next_part(text, ' ');
    if (!word.starts_with("0x")) return {};
    word.remove_prefix(2);
    std::from_chars(word.data(), word.data() + word.size(), argument, 16);
  }
  return call;
}

bool tells_something(const WaitSample& sample) {
  return sample.reads_pipe || sample.writes_pipe || sample.awaits_reader ||
         !sample.receivers.empty();
}

}  // namespace

ThreadWaits::ThreadWaits(pid_t pid, std::uint64_t progress_pipe, bool may_read_srt,
                         const std::string& proc)
    : threads_(proc + "/" + std::to_string(pid) + "/task"),
      progress_pipe_(progress_pipe),
      may_read_srt_(may_read_srt) {
}

std::optional<WaitSample> ThreadWaits::read(Attention attention) {
  if (attention == Attention::close || !last_ || tells_something(*last_)) last_ = look();
  return last_;
}

std::optional<WaitSample> ThreadWaits::look() {
  if (!threads_) return std::nullopt;
  WaitSample sample;
  std::size_t seen = 0;
  threads_.list([&](const char* thread) {
    if (thread[0] == '.') return true;
    if (seen++ == threads_limit) return false;
    read_thread(thread, sample);
    return true;
  });
  if (seen == 0) return std::nullopt;
  receives_ = !sample.receivers.empty();
  return sample;
}

void ThreadWaits::read_thread(const char* thread, WaitSample& sample) const {
  const int threads = threads_.descriptor();
  std::array<char, 64> buffer;
  const string_view function = read_file(threads, thread, "/wchan", buffer);
  if (function.empty() || function == "0") return;  // it runs, or may not be seen
  sample.is_known = true;
  switch (place_of(function)) {
    case Place::pipe_read:
      sample.reads_pipe = true;
      return;
    case Place::pipe_call:
      return read_pipe_call(thread, sample);
    case Place::receive:
      if (may_read_srt_ || !is_of_srt(thread)) add_receiver(thread, sample);
      return;
    case Place::other:
      break;
  }
  // SRT has one thread that receives, woken a hundred times a second, and one that it wakes for
  // each packet of the stream.
  if (!receives_ || !may_read_srt_) return;
  if (read_file(threads, thread, "/comm", buffer) == "SRT:TsbPd") add_receiver(thread, sample);
}

void ThreadWaits::read_pipe_call(const char* thread, WaitSample& sample) const {
  std::array<char, 256> buffer;
  const Call call = read_call(read_file(threads_.descriptor(), thread, "/syscall", buffer));
  if (call.number == SYS_read || call.number == SYS_readv) sample.reads_pipe = true;
  if (call.number == SYS_write || call.number == SYS_writev) {
    const int descriptor = static_cast<int>(call.arguments[0]);
    if (is_output_pipe(descriptor)) sample.writes_pipe = descriptor;
  }
  if (call.number != SYS_openat) return;
  const auto access = call.arguments[2] & O_ACCMODE;
  if (access == O_RDONLY) sample.reads_pipe = true;
  if (access == O_WRONLY) sample.awaits_reader = true;
}

bool ThreadWaits::is_output_pipe(int descriptor) const {
  const int threads = threads_.descriptor();
  struct stat log {};
  struct stat written {};
  const std::string path = "../fd/" + std::to_string(descriptor);
  if (::fstatat(threads, path.c_str(), &written, 0) != 0 || !S_ISFIFO(written.st_mode))
    return false;
  const bool has_log = ::fstatat(threads, "../fd/2", &log, 0) == 0;
  const bool is_log = has_log && log.st_ino == written.st_ino && log.st_dev == written.st_dev;
  return !is_log && written.st_ino != progress_pipe_;
}

bool ThreadWaits::is_of_srt(const char* thread) const {
  std::array<char, 64> buffer;
  return read_file(threads_.descriptor(), thread, "/comm", buffer).starts_with("SRT:");
}

void ThreadWaits::add_receiver(const char* thread, WaitSample& sample) const {
  constexpr string_view key = "\nvoluntary_ctxt_switches:";
  std::array<char, 4096> buffer;
  const string_view status = read_file(threads_.descriptor(), thread, "/status", buffer);
  const std::size_t at = status.find(key);
  if (at == string_view::npos) return;
  const auto wakeups = leading_integer(status.substr(at + key.size()));
  const auto number = leading_integer(thread);
  if (!wakeups || !number) return;
  sample.receivers.push_back({static_cast<int>(*number), static_cast<std::uint64_t>(*wakeups)});
}

}  // namespace monitor::probes
