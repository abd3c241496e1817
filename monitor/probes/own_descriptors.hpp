#pragma once

namespace monitor::probes {

// Gives the calling thread a table of descriptors of its own: what it opens from now on is not
// inherited by a child that another thread forks. A child that inherits a file of a hung file
// system hangs itself when it closes it (FUSE and NFS flush at each close), before its program is
// executed.
//
// For threads that call file systems. Of the descriptors that are open the thread keeps 0 to 2 and
// event and epoll descriptors, by which it wakes other threads; it must use no other.
//
// False where it does nothing: the kernel or a seccomp profile refuses, or this is a build with
// ThreadSanitizer, which knows one table for all threads and takes the same number in two tables
// for a race.
bool own_descriptors();

}  // namespace monitor::probes
