// Stands for FFmpeg where a thousand of them are to be supervised: writes a block of progress every
// half second, and sends to the rtmp:// URL among its arguments, if there is one. Tells its start
// to the FIFO STAND_IN_STAMPS. Small and static, so that a start of it costs what exec costs.
//
//   ffmpeg -progress pipe:3 -i in -f flv rtmp://127.0.0.1:1935/live/s1

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr long block_ns = 500'000'000;
constexpr int bytes_per_block = 8000;  // 128 kbit/s

void stamp() {
  const char* const path = std::getenv("STAND_IN_STAMPS");
  if (path == nullptr) return;
  const int fifo = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (fifo < 0) return;
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  char line[64];
  const int size = std::snprintf(line, sizeof line, "%lld %d\n",
                                 now.tv_sec * 1'000'000'000LL + now.tv_nsec, getpid());
  if (write(fifo, line, static_cast<std::size_t>(size)) < 0) std::perror("stamp");
  close(fifo);
}

int connect_to(const char* url) {
  int port = 0;
  if (std::sscanf(url, "rtmp://127.0.0.1:%d/", &port) != 1) return -1;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) std::exit(1);
  return fd;
}

int write_block(int progress, long block) {
  char text[512];
  const int size = std::snprintf(
      text, sizeof text,
      "frame=%ld\nfps=30.00\nstream_0_0_q=0.0\nbitrate= 128.0kbits/s\ntotal_size=%ld\n"
      "out_time_us=%ld\nout_time_ms=%ld\nout_time=00:00:00.000000\ndup_frames=0\n"
      "drop_frames=0\nspeed=   1x\nprogress=continue\n",
      block * 15, block * bytes_per_block, block * 500'000, block * 500'000);
  return static_cast<int>(write(progress, text, static_cast<std::size_t>(size)));
}

}  // namespace

int main(int argc, char** argv) {
  stamp();
  int progress = -1, sink = -1;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "-progress") == 0) std::sscanf(argv[i + 1], "pipe:%d", &progress);
    if (std::strncmp(argv[i], "rtmp://", 7) == 0) sink = connect_to(argv[i]);
  }
  static char media[bytes_per_block];
  const timespec pause{0, block_ns};
  for (long block = 1;; ++block) {
    if (progress >= 0 && write_block(progress, block) < 0) return 1;
    if (sink >= 0 && send(sink, media, sizeof media, MSG_NOSIGNAL) < 0) return 1;
    nanosleep(&pause, nullptr);
  }
}
