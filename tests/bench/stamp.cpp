// A supervised child for the whole-process benchmark: writes the monotonic clock (ns, text) as one
// line to the FIFO given, then lives until it is killed.
#include <cstdio>
#include <ctime>

#include <fcntl.h>
#include <unistd.h>

int main(int argc, char** argv) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  if (argc < 2) return 2;
  char line[64];
  const int length = std::snprintf(line, sizeof line, "%lld %d\n",
                                   now.tv_sec * 1'000'000'000LL + now.tv_nsec, getpid());
  const int fifo = open(argv[1], O_WRONLY | O_CLOEXEC);
  if (fifo < 0 || write(fifo, line, static_cast<size_t>(length)) != length) return 1;
  close(fifo);
  for (;;) pause();
}
