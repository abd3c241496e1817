#include "monitor/probes/socket_inodes.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "monitor/probes/kernel_file.hpp"

namespace monitor::probes {
namespace {

constexpr DiagTable tcp4{.family = AF_INET, .protocol = IPPROTO_TCP};
constexpr DiagTable tcp6{.family = AF_INET6, .protocol = IPPROTO_TCP};
constexpr DiagTable udp4{.family = AF_INET, .protocol = IPPROTO_UDP};
constexpr DiagTable udp6{.family = AF_INET6, .protocol = IPPROTO_UDP};

// Of a descriptor's target: "socket:[4294967295]".
std::optional<std::uint32_t> inode_of(std::string_view target) {
  if (!target.starts_with("socket:[") || !target.ends_with(']')) return std::nullopt;
  target.remove_prefix(8);
  target.remove_suffix(1);
  return number_in<std::uint32_t>(target);
}

}  // namespace

SocketInodes::SocketInodes(pid_t pid) : pid_(pid) {
  gone_ = open() == ENOENT;
}

int SocketInodes::open() {
  folder_ = OpenFolder("/proc/" + std::to_string(pid_) + "/fd");
  return folder_ ? 0 : errno;
}

std::optional<std::uint64_t> SocketInodes::count() const {
  struct stat status {};
  const bool is_told = folder_ && ::fstat(folder_.descriptor(), &status) == 0;
  return is_told && status.st_size > 0 ? std::optional<std::uint64_t>(status.st_size)
                                       : std::nullopt;
}

int SocketInodes::read(std::vector<SocketDescriptor>& sockets) {
  sockets.clear();
  reads_pipe_ = false;
  if (gone_) return 0;
  if (!folder_) {
    if (const int error = open()) return error;
  }
  int looked_at = 0;
  int error = 0;
  folder_.list([&](const char* name) {
    error = read_descriptor(name, sockets);
    return error == 0 && ++looked_at < looked_at_limit;
  });
  if (error != 0) return error;
  std::ranges::sort(sockets, {}, &SocketDescriptor::inode);
  const auto doubles = std::ranges::unique(sockets, {}, &SocketDescriptor::inode);
  sockets.erase(doubles.begin(), doubles.end());
  return 0;
}

int SocketInodes::read_descriptor(const char* name, std::vector<SocketDescriptor>& sockets) {
  const auto descriptor = number_in<int>(name);
  if (!descriptor) return 0;
  errno = 0;
  std::array<char, 64> buffer;
  const std::string_view target = target_of(name, buffer);
  if (errno == EACCES || errno == EPERM) return errno;
  if (const auto inode = inode_of(target)) sockets.push_back({*inode, *descriptor});
  reads_pipe_ = reads_pipe_ || is_read_pipe(name, target);
  return 0;
}

// Its beginning, of a long path.
std::string_view SocketInodes::target_of(const char* descriptor, std::span<char> buffer) const {
  const ssize_t got = ::readlinkat(folder_.descriptor(), descriptor, buffer.data(), buffer.size());
  return {buffer.data(), got < 0 ? 0 : static_cast<std::size_t>(got)};
}

// The link's own mode tells what it is open for. What is a path may be a FIFO: the kernel is asked
// without asking the disk.
bool SocketInodes::is_read_pipe(const char* descriptor, std::string_view target) const {
  const bool is_path = target.starts_with('/') && !target.starts_with("/dev/");
  if (!is_path && !target.starts_with("pipe:")) return false;
  const int folder = folder_.descriptor();
  struct stat link {};
  if (::fstatat(folder, descriptor, &link, AT_SYMLINK_NOFOLLOW) != 0) return true;
  if ((link.st_mode & S_IRUSR) == 0) return false;
  struct statx file {};
  return !is_path || ::statx(folder, descriptor, AT_STATX_DONT_SYNC, STATX_TYPE, &file) != 0 ||
         S_ISFIFO(file.stx_mode);
}

std::vector<DiagTable> SocketInodes::tables_of(int descriptor) const {
  if (!folder_) return {};
  const std::string path =
      "/proc/self/fd/" + std::to_string(folder_.descriptor()) + "/" + std::to_string(descriptor);
  std::array<char, 32> name;  // "TCPv6" and a NUL
  const ssize_t got = ::getxattr(path.c_str(), "system.sockprotoname", name.data(), name.size());
  if (got <= 0) return {tcp4, tcp6, udp4, udp6};  // not to be known here
  const std::string_view protocol(name.data(), static_cast<std::size_t>(got) - 1);
  if (protocol == "TCP") return {tcp4};
  if (protocol == "TCPv6") return {tcp6};
  if (protocol == "UDP") return {udp4};
  if (protocol == "UDPv6") return {udp6};
  return {};
}

bool SocketInodes::elsewhere() const {
  if (!folder_) return false;
  struct stat own {};
  struct stat other {};
  if (::stat("/proc/self/ns/net", &own) != 0) return false;
  if (::fstatat(folder_.descriptor(), "../ns/net", &other, 0) != 0) return false;
  return own.st_ino != other.st_ino || own.st_dev != other.st_dev;
}

}  // namespace monitor::probes
