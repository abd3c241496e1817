#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>

namespace supervisor::test {

// Removes a test's folder. A thread that the test made hang, and let go at its end, may still write
// there: tried again until nothing is left, 10 s at most.
inline void remove_folder(const std::string& path) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  std::error_code error;
  do {
    std::filesystem::remove_all(path, error);
    if (!error && !std::filesystem::exists(path, error)) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  } while (std::chrono::steady_clock::now() < deadline);
}

}  // namespace supervisor::test
