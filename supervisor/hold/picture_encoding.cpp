#include "supervisor/hold/picture_encoding.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <signal.h>

#include "supervisor/child/memory_file.hpp"

namespace supervisor {

namespace {

constexpr int least_favourable = 19;      // nice: the streams go before it
constexpr std::size_t words_limit = 300;  // bytes of FFmpeg's words that are told

std::string cannot_be_launched(int error_number) {
  return std::string("FFmpeg cannot be launched: ") + ::strerrordesc_np(error_number);
}

}  // namespace

std::unique_ptr<PictureEncoding> PictureEncoding::begin(const ChildLauncher& launch,
                                                        const std::vector<std::string>& command,
                                                        const std::string& input,
                                                        std::function<void(Result)> on_end,
                                                        std::string& error) {
  std::unique_ptr<PictureEncoding> made(new PictureEncoding(std::move(on_end)));
  PictureEncoding* const self = made.get();  // the handlers die with the child, which dies with it
  const Descriptor file = memory_file("picture", input);
  int error_number = errno;
  if (file) {
    ChildSpec spec;
    spec.argv = command;
    spec.stdin_fd = file.get();
    spec.join_output = true;
    spec.progress_fd = descriptor;
    spec.niceness = least_favourable;
    made->child_ =
        launch(spec,
               {.on_executed = [self](int number) { self->on_executed(number); },
                .on_progress = [self](std::string_view bytes) { self->on_media(bytes); },
                .on_stderr =
                    [self](std::string_view bytes) {
                      self->said_ +=
                          bytes.substr(0, said_limit - std::min(said_limit, self->said_.size()));
                    },
                .on_exit = [self](monitor::ExitStatus status) { self->on_exit(status); }},
               error_number);
  }
  if (made->child_) return made;
  error = cannot_be_launched(error_number);
  return nullptr;
}

void PictureEncoding::on_executed(int error_number) {
  if (error_number == 0) return;
  result_.error = cannot_be_launched(error_number);
  on_end_(std::move(result_));
}

void PictureEncoding::on_media(std::string_view bytes) {
  if (!result_.error.empty()) return;
  result_.media.insert(result_.media.end(), bytes.begin(), bytes.end());
  if (result_.media.size() <= media_limit) return;
  result_.media = {};
  result_.error = "the picture is larger than 8 MiB";
  child_->signal(SIGKILL);
}

void PictureEncoding::on_exit(monitor::ExitStatus status) {
  const bool is_good = status.code == 0 && !status.signal;
  if (result_.error.empty() && !is_good) {
    const std::string words = first_words();
    result_.error = words.empty() ? "FFmpeg ended: " + monitor::describe(status) : words;
  }
  on_end_(std::move(result_));
}

// The first line names the cause, those behind it what came of it.
std::string PictureEncoding::first_words() const {
  std::string_view line = said_;
  line = line.substr(0, line.find('\n'));
  const std::size_t context = line.starts_with('[') ? line.find("] ") : std::string_view::npos;
  if (context != std::string_view::npos) line.remove_prefix(context + 2);
  return std::string(line.substr(0, words_limit));
}

}  // namespace supervisor
