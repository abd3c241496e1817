#include "supervisor/stream/child_probes.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <boost/asio/any_io_executor.hpp>

namespace supervisor {

using monitor::Instant;
using namespace std::chrono_literals;

namespace {

// Between samples until it is on air, and from the request to end on.
constexpr monitor::Duration close_interval = 250ms;

}  // namespace

// One that can be under way. An answer finds out by it whether the child it is about is still
// there.
struct ChildProbes::Question {
  ChildProbes& probes;
  Inquiry inquiry;
  bool is_open = false;
};

ChildProbes::ChildProbes(monitor::probes::FfmpegFinder& finder, const FfmpegCommand& command,
                         const StreamParts& parts, const Services& services, Observe observe)
    : parts_(parts),
      services_(services),
      observe_(std::move(observe)),
      finder_(finder),
      endpoints_(command.endpoints()),
      ffmpeg_(finder.found()),
      readings_(readings_of(ffmpeg_, endpoints_, finder.progress_pipe())),
      alive_(std::make_shared<int>()) {
  for (Inquiry& inquiry : inquiries_of(command, parts)) {
    questions_.push_back(std::make_shared<Question>(Question{*this, std::move(inquiry)}));
  }
}

Instant ChildProbes::deadline() const {
  return std::min(next_sample_at_, next_look_at_);
}

void ChildProbes::check(Instant now, bool is_starting) {
  if (now >= next_look_at_) {
    next_look_at_ = now + parts_.config.recovery.probe_interval;
    inquire();
  }
  if (now < next_sample_at_) return;
  const monitor::Duration interval = parts_.config.monitor.sample_interval;
  const bool is_close = is_starting || is_ending_;
  next_sample_at_ = now + (is_close ? std::min(interval, close_interval) : interval);
  sample(now);
}

void ChildProbes::adjust_intervals(Instant now) {
  next_sample_at_ = std::min(next_sample_at_, now + parts_.config.monitor.sample_interval);
  next_look_at_ = std::min(next_look_at_, now + parts_.config.recovery.probe_interval);
}

void ChildProbes::watch_end() {
  is_ending_ = true;
  next_sample_at_ = Instant::min();
}

// What was read of the process before it belongs to that one.
void ChildProbes::follow(pid_t ffmpeg) {
  if (ffmpeg == ffmpeg_) return;
  ffmpeg_ = ffmpeg;
  readings_ = readings_of(ffmpeg, endpoints_, finder_.progress_pipe());
}

void ChildProbes::sample(Instant now) {
  follow(finder_.find(now));
  const std::weak_ptr<int> alive = alive_;  // what is observed may end the child's life
  for (std::size_t row = 0; row < readings_.size(); ++row) {
    auto seen = readings_[row].read(now);
    if (!seen) continue;
    if (const auto* process = std::get_if<monitor::ProcessSample>(&*seen)) last_process_ = *process;
    observe_(std::move(*seen));
    if (alive.expired()) return;
  }
}

void ChildProbes::read_end(Instant now) {
  for (const Reading& row : readings_) {
    if (!row.outlives_process) continue;
    if (auto seen = row.read(now)) observe_(std::move(*seen));
  }
}

std::string ChildProbes::trouble() const {
  for (const Reading& row : readings_) {
    if (std::string trouble = row.trouble(); !trouble.empty()) return trouble;
  }
  return {};
}

void ChildProbes::inquire() {
  for (const auto& question : questions_) {
    if (!question->inquiry.is_wanted() || std::exchange(question->is_open, true)) continue;
    question->inquiry.ask(services_.io_thread.executor(), answer_to(question));
  }
}

// Called on the I/O thread.
std::function<void(monitor::Observation)> ChildProbes::answer_to(
    const std::shared_ptr<Question>& question) {
  return services_.loop.callback(
      std::weak_ptr(question), [](Question& asked, monitor::Observation answer) {
        asked.is_open = false;
        const Secrets& secrets = asked.probes.services_.secrets;
        for_each_text(answer, [&secrets](std::string& text) { text = secrets.mask(text); });
        asked.probes.observe_(std::move(answer));
      });
}

}  // namespace supervisor
