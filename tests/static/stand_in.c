/* An FFmpeg for roots that have none: ten blocks of progress a second, and SIGTERM ends it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

int main(int argc, char** argv) {
  int fd = -1;
  for (int i = 1; i + 1 < argc; ++i)
    if (strcmp(argv[i], "-progress") == 0) sscanf(argv[i + 1], "pipe:%d", &fd);
  for (long n = 3;; n += 3) {
    dprintf(fd,
            "frame=%ld\nfps=25.00\nbitrate= 100.0kbits/s\ntotal_size=%ld\nout_time_us=%ld\nout_time_ms=%ld\n"
            "out_time=00:00:00.000000\ndup_frames=0\ndrop_frames=0\nspeed=1.00x\nprogress=continue\n",
            n, n * 1000, n * 40000, n * 40000);
    const struct timespec pause = {0, 100 * 1000 * 1000};
    nanosleep(&pause, NULL);
  }
}
