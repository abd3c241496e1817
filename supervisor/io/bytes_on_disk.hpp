#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace supervisor {

// True: all bytes are written; false: see errno. One system call where the disk has room.
bool write_all(int fd, std::string_view bytes);
bool write_all_at(int fd, std::string_view bytes, std::size_t offset);
// Up to `size` bytes; fewer where the file ends.
bool read_all(int fd, std::size_t offset, std::size_t size, std::string& bytes);

}  // namespace supervisor
