#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include <sys/resource.h>

namespace supervisor {

// Raises this program's soft limit of open descriptors to the hard one. A child gets the limit that
// was before (ChildSetup): programs that use select(2) rely on it. Call once, before the first
// launch.
void raise_descriptor_limit();

// As it was when the program was started.
const rlimit& descriptor_limit_of_children();

// How many descriptors this program may have open now.
std::size_t descriptor_limit();

// How many connections HTTP may have of them: what is left beyond the need of so many children and
// a reserve for the program, at most `most`, but always a few.
std::size_t http_connections_limit(std::size_t descriptors, std::size_t children, std::size_t most);

// What to say where `limit` is too low for so many FFmpegs (`children`) of so many streams: how
// many streams it allows.
std::optional<std::string> descriptor_warning(std::size_t limit, std::size_t streams,
                                              std::size_t children);
// The limit that this program can raise its own to.
std::size_t hard_descriptor_limit();

}  // namespace supervisor
