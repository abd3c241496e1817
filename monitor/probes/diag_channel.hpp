#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "monitor/probes/sock_diag.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// A netlink socket to the kernel's sock_diag, opened when first needed. Move-only, for one thread.
// Each call gives an errno, or 0.
class DiagChannel {
 public:
  // One for all who hold it: each call has its answer before it returns.
  static std::shared_ptr<DiagChannel> shared();

  DiagChannel() = default;
  ~DiagChannel() { close(); }
  DiagChannel(DiagChannel&& other) noexcept;
  DiagChannel& operator=(DiagChannel&& other) noexcept;

  // Each socket of the table, or of these ports in it. At most 100 ms.
  int dump(DiagTable table, std::span<const std::uint16_t> ports,
           const std::function<void(const DiagMessage&)>& take);
  // This one; ENOENT or ESTALE where it is in no table any more.
  int lookup(const DiagId& id, std::optional<DiagSocket>& socket);

 private:
  int ask(const DiagRequest& request);
  int receive(std::span<const std::byte>& bytes);
  int wait() const;
  int close_with(int error);
  void close();

  int fd_ = -1;
  std::uint32_t sequence_ = 0;
  std::vector<std::byte> buffer_;
};

}  // namespace monitor::probes
