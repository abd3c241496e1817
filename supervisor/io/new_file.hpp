#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

#include "supervisor/child/descriptor.hpp"

namespace supervisor {

struct NewFile {
  Descriptor file;   // empty: see errno
  std::string path;  // what it is called
};

// A file that nobody had before, with this content: called `path`, or `path.1` … `path.7` where
// that is taken. What is there already is never opened, changed or removed. Nothing is left where
// it fails; a crash leaves at most a file that nobody asks for. Open for reading and appending.
// `to_disk`: it is on the disk before it has its name.
NewFile make_new_file(const std::string& path, std::string_view content, mode_t mode, bool to_disk);

}  // namespace supervisor
