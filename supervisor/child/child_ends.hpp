#pragma once

#include "supervisor/child/child.hpp"
#include "supervisor/child/descriptor.hpp"

namespace supervisor {

// What the child gets; the read ends stay.
struct ChildEnds {
  Pipe progress;
  Pipe errors;
  Pipe exec_status;  // ends with the execve; else brings its errno
  Descriptor input;  // /dev/null, or what the caller gives
  // Holds the progress number meanwhile if it is free: the launcher's own pipe must not land on it.
  Descriptor placeholder;
};

// All of them have numbers above every number the child needs, and there is room for what the
// launcher opens. False: see errno.
bool open_ends(const ChildSpec& spec, ChildEnds& ends);

}  // namespace supervisor
