#include "supervisor/tracks/track_text_file.hpp"

#include <utility>

namespace supervisor {

struct TrackTextFile::State : std::enable_shared_from_this<State> {
  State(boost::asio::any_io_executor loop_in, std::shared_ptr<const Files> files_in,
        std::string path_in, OnWritten on_written_in)
      : loop(std::move(loop_in)),
        files(std::move(files_in)),
        path(std::move(path_in)),
        on_written(std::move(on_written_in)) {}

  void begin_write();
  void end_write(std::string trouble);

  const boost::asio::any_io_executor loop;
  const std::shared_ptr<const Files> files;
  const std::string path;
  OnWritten on_written;  // empty: the owner is gone
  std::optional<std::string> wanted;
  std::optional<std::string> writing;  // a write is under way
  std::optional<std::string> written;
  bool has_ended_one = false;
};

void TrackTextFile::State::begin_write() {
  if (writing || !wanted || wanted == written) return;
  writing = wanted;
  // However long it takes: a second thread would only hang beside the first.
  call_blocking(
      loop, [files = files, path = path, text = *writing] { return files->replace(path, text); },
      monitor::never,
      [weak = weak_from_this()](std::optional<std::string> trouble) {
        const auto state = weak.lock();
        if (!state) return;
        state->end_write(trouble ? std::move(*trouble)
                                 : state->path + " cannot be written: too many calls hang");
      });
}

void TrackTextFile::State::end_write(std::string trouble) {
  const bool is_newest = writing == wanted;
  written = trouble.empty() ? std::exchange(writing, std::nullopt) : std::nullopt;
  writing.reset();
  has_ended_one = true;
  if (!is_newest) begin_write();  // one that failed is tried again with the next text
  if (on_written) on_written(trouble);
}

TrackTextFile::TrackTextFile(boost::asio::any_io_executor loop, std::shared_ptr<const Files> files,
                             std::string path, OnWritten on_written)
    : state_(std::make_shared<State>(std::move(loop), std::move(files), std::move(path),
                                     std::move(on_written))) {
}

TrackTextFile::~TrackTextFile() {
  state_->on_written = nullptr;
}

void TrackTextFile::write(std::string text) {
  state_->wanted = std::move(text);
  state_->begin_write();
}

bool TrackTextFile::awaits_first_write() const {
  return !state_->has_ended_one;
}

const std::string& TrackTextFile::path() const {
  return state_->path;
}

}  // namespace supervisor
