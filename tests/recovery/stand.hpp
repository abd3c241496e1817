#pragma once

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "recovery/stream_core.hpp"

// A test stand for one StreamCore: moves time by hand, ticks at its deadlines as the loop would,
// and plays a child that says and does only what the test asks.
namespace recovery::test {

using namespace std::chrono_literals;

template <class Wanted, class Variant>
std::vector<Wanted> all_of(const std::vector<Variant>& items) {
  std::vector<Wanted> found;
  for (const Variant& item : items) {
    if (const auto* match = std::get_if<Wanted>(&item)) found.push_back(*match);
  }
  return found;
}

inline std::vector<Launch> launches(const Step& step) {
  return all_of<Launch>(step.actions);
}
inline std::vector<End> ends(const Step& step) {
  return all_of<End>(step.actions);
}
template <class Wanted>
std::vector<Wanted> notices(const Step& step) {
  return all_of<Wanted>(step.notices);
}
inline std::vector<int> signals(const Step& step) {
  std::vector<int> numbers;
  for (const Signal& signal : all_of<Signal>(step.actions)) numbers.push_back(signal.number);
  return numbers;
}
inline bool is_empty(const Step& step) {
  return step.actions.empty() && step.notices.empty();
}

// "launch", "TERM KILL", "end 69", "fallback source?", "": what the hands are asked to do.
inline std::string actions(const Step& step) {
  std::string text;
  for (const Action& action : step.actions) {
    if (!text.empty()) text += ' ';
    if (const auto* launch = std::get_if<Launch>(&action)) {
      text += launch->role == Role::primary ? "launch" : "fallback";
    }
    if (std::holds_alternative<ProbeSource>(action)) text += "source?";
    if (std::holds_alternative<ProbeSink>(action)) text += "sink?";
    if (const auto* signal = std::get_if<Signal>(&action)) {
      text += signal->number == SIGKILL ? "KILL" : "TERM";
    }
    if (const auto* end = std::get_if<End>(&action))
      text += "end " + std::to_string(end->exit_code);
  }
  return text;
}

inline Policy steady_policy() {
  Policy policy;
  policy.restart_delay.jitter = 0;
  return policy;
}

inline monitor::ExitStatus code(int value) {
  return {value, std::nullopt};
}
inline monitor::ExitStatus by_signal(int number) {
  return {std::nullopt, number};
}

class Stand {
 public:
  explicit Stand(const Policy& policy = steady_policy(), const monitor::Limits& limits = {},
                 bool reports_progress = true)
      : core(policy, limits, {.reports_progress = reports_progress}, 1) {}
  Stand(const Policy& policy, const StreamCore::Command& command) : core(policy, {}, command, 1) {}

  StreamCore core;
  Instant now = Instant{} + 1000h;

  State state() const { return core.status().state; }
  Generation generation() const { return core.status().generation; }

  std::uint64_t source_asked = 0;  // the number of the newest look
  std::uint64_t sink_asked = 0;

  Step send(const Event& event) {
    Step step = core.step(event, now);
    for (const ProbeSource& look : all_of<ProbeSource>(step.actions)) source_asked = look.number;
    for (const ProbeSink& look : all_of<ProbeSink>(step.actions)) sink_asked = look.number;
    return step;
  }
  Step start() { return send(StartRequested{}); }
  Step stop() { return send(StopRequested{}); }
  Step shut_down() { return send(StopRequested{true}); }
  Step restart() { return send(RestartRequested{}); }
  Step launched() {
    media_ = {};
    return send(Launched{generation(), pid_of(generation())});
  }
  Step launch_failed(int error) { return send(LaunchFailed{generation(), error}); }
  // Of the newest look.
  Step source_probed(bool available) {
    return source_probed(available ? monitor::LookAnswer::delivers : monitor::LookAnswer::missing);
  }
  Step source_probed(monitor::LookAnswer answer) {
    const bool is_there = answer == monitor::LookAnswer::delivers;
    return send(
        SourceProbed{source_asked,
                     {.answer = answer,
                      .cause = monitor::Cause::source_missing,
                      .sentence = is_there ? "the source answers" : "the mount is not there"}});
  }
  Step sink_probed(bool available) {
    return send(SinkProbed{sink_asked, available, available ? "it answers" : "it refuses"});
  }
  // FFmpeg ends, saying this of why.
  Step ended_by(monitor::Cause cause) {
    sign(cause, true);
    return exited(code(1));
  }
  Step exited(monitor::ExitStatus status) { return send(Exited{generation(), status}); }
  Step sampled(char process_state) {
    monitor::ProcessSample sample;
    sample.state = process_state;
    return send(Observed{generation(), sample});
  }
  // What the process has done in all; it sleeps.
  Step worked(Duration cpu_time, std::optional<std::uint64_t> written_bytes, char state = 'S') {
    monitor::ProcessSample sample;
    sample.state = state;
    sample.cpu_time = cpu_time;
    sample.written_bytes = written_bytes;
    return send(Observed{generation(), sample});
  }
  Step acked(std::uint64_t bytes) {
    monitor::ConnectionSample connection;
    connection.acked_bytes = bytes;
    return send(Observed{generation(), monitor::ConnectionSamples{connection}});
  }
  Step sign(monitor::Cause cause, bool retryable) {
    return send(SignSeen{generation(), {cause, retryable, 200}, "a telling line"});
  }

  // A block that is `more` of media further than the one before.
  Step block(Duration more = 1s) {
    media_ += more;
    return send(ProgressSeen{generation(), progress()});
  }
  monitor::Progress progress() const {
    const double seconds = monitor::seconds(media_);
    monitor::Progress block;
    block.frame = static_cast<std::int64_t>(seconds * 25);
    block.total_size_bytes = static_cast<std::int64_t>(seconds * 250'000);
    block.out_time = std::chrono::duration_cast<std::chrono::microseconds>(media_);
    return block;
  }

  // Nothing comes but time: a Tick at each deadline up to `span` from now.
  Step wait(Duration span) {
    const Instant until = now + span;
    Step all;
    unsigned ticks = 0;
    for (Instant due = core.next_deadline(); due <= until; due = core.next_deadline()) {
      if (++ticks > 100'000) throw std::runtime_error("the core spins: Ticks without end");
      now = std::max(now, due);
      append(all, send(Tick{}));
    }
    now = until;
    return all;
  }
  // A healthy child for `span`: a block each second.
  Step feed(Duration span) {
    Step all;
    for (const Instant until = now + span; now < until;) {
      append(all, wait(std::min<Duration>(1s, until - now)));
      append(all, block());
    }
    return all;
  }

  // Shortcuts into the states; the child is present and has said so.
  Stand& starting() {
    start();
    launched();
    return *this;
  }
  Stand& on_air() {
    starting();
    block();
    return *this;
  }
  Stand& stopping() {
    on_air();
    stop();
    return *this;
  }
  // The second death of a stream that never was healthy for long: its restart is postponed.
  Stand& cooling_down() {
    on_air();
    exited(code(1));
    launched();
    exited(code(1));
    return *this;
  }
  Stand& healthy() {
    on_air();
    feed(61s);
    return *this;
  }

  static pid_t pid_of(Generation generation) { return static_cast<pid_t>(1000 + generation); }
  static void append(Step& all, Step more) {
    std::move(more.actions.begin(), more.actions.end(), std::back_inserter(all.actions));
    std::move(more.notices.begin(), more.notices.end(), std::back_inserter(all.notices));
  }

 private:
  Duration media_{};
};

}  // namespace recovery::test
