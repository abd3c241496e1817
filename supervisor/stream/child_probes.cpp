#include "supervisor/stream/child_probes.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <boost/asio/any_io_executor.hpp>

namespace supervisor {

using monitor::Instant;
using monitor::probes::Attention;
using namespace std::chrono_literals;

namespace {

// Between samples until it is on air, and from the request to end on.
constexpr monitor::Duration close_interval = 250ms;
// A sample may be taken earlier or later by this part of its interval, to go with a block.
constexpr int with_block = 4;

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

// An output that has not advanced for so long is looked at closely: by then a sample without it
// would have come, too.
monitor::Duration ChildProbes::late_after() const {
  const monitor::Limits& limits = parts_.config.monitor;
  return std::min(limits.sample_interval, limits.stats_period * 3 / 2);
}

bool ChildProbes::advances(const Progress& progress, Instant now) const {
  return progress.is_well && !is_ending_ && now < progress.last_advance + late_after();
}

// While blocks come the next one takes the sample with it: the timer is for the case that it does
// not.
Instant ChildProbes::deadline(const Progress& progress) const {
  Instant sample_due = next_sample_at_;
  if (progress.is_well && !is_ending_ && sample_due != Instant::min()) {
    const Instant late = progress.last_advance + late_after();
    const monitor::Duration slack = parts_.config.monitor.sample_interval / with_block;
    sample_due = std::clamp(late, sample_due, sample_due + slack);
  }
  return std::min(sample_due, next_look_at_);
}

void ChildProbes::check(Instant now, const Progress& progress) {
  if (now >= next_look_at_) {
    next_look_at_ = now + parts_.config.recovery.probe_interval;
    inquire();
  }
  if (now >= next_sample_at_) sample_at(now, progress);
}

void ChildProbes::on_block(Instant now, const Progress& progress) {
  if (next_sample_at_ == Instant::min()) return;  // the first is not the block's
  const monitor::Duration slack = parts_.config.monitor.sample_interval / with_block;
  if (progress.is_well && now >= next_sample_at_ - slack) sample_at(now, progress);
}

void ChildProbes::sample_at(Instant now, const Progress& progress) {
  const monitor::Duration interval = parts_.config.monitor.sample_interval;
  const bool is_close = progress.is_starting || is_ending_;
  next_sample_at_ = now + (is_close ? std::min(interval, close_interval) : interval);
  sample(now, advances(progress, now) ? Attention::usual : Attention::close);
}

void ChildProbes::adjust_intervals(Instant now) {
  next_sample_at_ = std::min(next_sample_at_, now + parts_.config.monitor.sample_interval);
  next_look_at_ = std::min(next_look_at_, now + parts_.config.recovery.probe_interval);
}

void ChildProbes::watch_end(Instant now) {
  is_ending_ = true;
  next_sample_at_ = now + std::min(parts_.config.monitor.sample_interval, close_interval);
}

// What was read of the process before it belongs to that one.
void ChildProbes::follow(pid_t ffmpeg) {
  if (ffmpeg == ffmpeg_) return;
  ffmpeg_ = ffmpeg;
  readings_ = readings_of(ffmpeg, endpoints_, finder_.progress_pipe());
}

void ChildProbes::sample(Instant now, Attention attention) {
  follow(finder_.find(now, attention));
  const std::weak_ptr<int> alive = alive_;  // what is observed may end the child's life
  for (std::size_t row = 0; row < readings_.size(); ++row) {
    auto seen = readings_[row].read(now, attention);
    if (!seen) continue;
    if (const auto* process = std::get_if<monitor::ProcessSample>(&*seen)) last_process_ = *process;
    observe_(std::move(*seen));
    if (alive.expired()) return;
  }
}

void ChildProbes::read_end(Instant now) {
  for (const Reading& row : readings_) {
    if (!row.outlives_process) continue;
    if (auto seen = row.read(now, Attention::close)) observe_(std::move(*seen));
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
