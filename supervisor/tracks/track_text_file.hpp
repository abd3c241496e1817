#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "supervisor/files/files.hpp"

namespace supervisor {

// `tracks.text_file`: holds the text that was asked for last. Writes on a thread of its own, one
// write at a time: a disk that hangs holds that one thread and delays nothing else. For the loop's
// thread.
class TrackTextFile {
 public:
  // Called on the loop when a write has ended. `trouble`: as Files::replace gives it.
  using OnWritten = std::function<void(const std::string& trouble)>;

  TrackTextFile(boost::asio::any_io_executor loop, std::shared_ptr<const Files> files,
                std::string path, OnWritten on_written);
  ~TrackTextFile();

  // Nothing where it holds this text already. While a write is under way the newest text waits, and
  // those between are skipped.
  void write(std::string text);
  // No write has ended yet, well or not: the file may not exist.
  bool awaits_first_write() const;
  const std::string& path() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
