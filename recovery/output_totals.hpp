#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace recovery {

// Of one output, over all launches. Totals only grow.
struct OutputTotal {
  std::string name;
  std::optional<std::uint64_t> delivered_bytes;  // empty: it has no connection that could show it
  std::uint64_t restarts = 0;                    // FFmpeg was launched anew for it
};

// Of all outputs that the stream's commands have had, at most `limit`: a reload may change them.
class OutputTotals {
 public:
  static constexpr std::size_t limit = 64;

  // Empty where there are too many.
  OutputTotal* of(const std::string& name) {
    for (OutputTotal& total : all_) {
      if (total.name == name) return &total;
    }
    if (all_.size() == limit) return nullptr;
    return &all_.emplace_back(OutputTotal{name, std::nullopt, 0});
  }
  const std::vector<OutputTotal>& all() const { return all_; }

 private:
  std::vector<OutputTotal> all_;
};

}  // namespace recovery
