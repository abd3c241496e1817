#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/supervisor_api.hpp"
#include "monitor/output.hpp"
#include "recovery/event.hpp"
#include "supervisor/child/child.hpp"
#include "supervisor/hold/held_parts.hpp"
#include "supervisor/hold/held_picture.hpp"
#include "supervisor/hold/icecast_titles.hpp"
#include "supervisor/hold/publisher.hpp"
#include "supervisor/hold/slates.hpp"
#include "supervisor/hold/standby_fallback.hpp"
#include "supervisor/relay/relay.hpp"
#include "supervisor/stream/launch_queue.hpp"
#include "supervisor/thread/clock.hpp"
#include "supervisor/thread/services.hpp"
#include "supervisor/thread/thread_bound.hpp"

namespace supervisor {

// What is known of a held output, for display.
struct HeldReading {
  monitor::OutputReport report;
  PublisherReading publisher;
  std::uint64_t dropped_bytes = 0;  // that its queue could not hold
};

// The outputs of a held stream: a relay for each pipe of the encoder, a publisher for each output.
// They outlive the encoder; what they come to is reported to the stream's driver. Decides nothing
// about the stream. For the loop's thread.
class HeldOutputs : public std::enable_shared_from_this<HeldOutputs> {
 public:
  struct Context {
    const Services& services;
    ChildLauncher launch;
    LaunchQueue* launches;  // of all streams; null: each is launched at once
    const Clock& clock;
    // Whatever has changed of the outputs. May come from within the calls below.
    std::function<void(monitor::OutputReports)> on_reports;
    // They deliver what stands in for the encoder, or no more. From within the calls below, too.
    std::function<void(const recovery::CoverChanged&)> on_cover;
    std::function<void(const recovery::Switched&)> on_switch;
    // After finish(): nothing of them lives. From the loop.
    std::function<void()> on_over;
    // There is a newer picture; may be empty. From the loop.
    std::function<void()> on_picture = {};
  };

  // Everything in the context must outlive it.
  // `stopped`: outputs that stay so until they are started.
  static std::shared_ptr<HeldOutputs> make(std::shared_ptr<const HeldParts> parts, Context context,
                                           std::vector<std::string> stopped = {});

  // Before a launch of the encoder: the same command with the numbers of its pipes, which it
  // inherits. Null with `error_number` where the descriptors are short.
  std::shared_ptr<const PreparedCommand> connect(const PreparedCommand& encoder, int& error_number);
  // … after it, whether it was launched or not.
  void release_pipes() { given_.clear(); }
  // The encoder has been told to end.
  void retire_encoder();

  // The stream stops: the outputs get what there is, and end, at the latest after `within`.
  void finish(monitor::Duration within);
  // It has come to its own end: they get all of it, at its own pace; one that takes nothing more
  // ends `within` after that. `finish` may follow.
  void drain(monitor::Duration within);
  // The names of those that were stopped as asked.
  std::vector<std::string> stopped() const { return stopped_; }
  // What comes from the encoder's pipes is the fallback's.
  void carry_fallback(bool is_on);
  // The fallback lives beside the encoder, or does so no more.
  void stand_by(bool is_wanted);
  // … and can be used as far as is known.
  bool stands_by() const { return standby_ && standby_->is_there(); }
  // What the station plays, by its own word; told to the Icecast servers among the outputs.
  void show_title(const std::string& title);
  // What the encoder's own is missing of what they deliver: "sound", "picture", "picture and
  // sound"; "fallback". Empty: nothing.
  std::string covered() const;
  bool is_finishing() const { return is_finishing_; }
  std::size_t pipes() const { return pipes_.size(); }
  void kill();

  // The encoder's command is the same, or will be launched anew: only outputs that differ are
  // touched.
  void reconfigure(std::shared_ptr<const HeldParts> parts, monitor::Duration within);
  http::Outcome control(std::string_view output, http::Control what);

  // Of all outputs, as they are now: an encoder that is launched knows of none.
  monitor::OutputReports reports() const;
  std::vector<HeldReading> readings() const;
  // The newest of what they were given; empty: there is none.
  const std::optional<http::Picture>& picture() const { return picture_->newest(); }

 private:
  struct Pipe {
    std::unique_ptr<ThreadBound<Relay>> relay;
    bool may_begin = false;  // its streams are known
    bool is_idle = true;
    RelayCover cover = {};
  };
  struct Output {
    OutputNumber number;
    std::size_t pipe;
    recovery::splice::QueueLimits buffer;
    bool required = false;
    std::unique_ptr<Publisher> publisher;
    std::uint64_t dropped_bytes = 0;
  };

  HeldOutputs(std::shared_ptr<const HeldParts> parts, Context context,
              std::vector<std::string> stopped);
  void begin();
  std::unique_ptr<ThreadBound<Relay>> make_relay(std::size_t pipe);
  void add(const HeldPublisher& output);
  void begin_publisher(Output& output);
  void on_parameters_known(std::size_t pipe, bool is_complete);
  void on_idle(std::size_t pipe, bool is_idle);
  void on_reconnect_needed(std::size_t pipe);
  void on_fell_behind(OutputNumber number);
  void on_cover(std::size_t pipe, const RelayCover& cover);
  void on_refused(bool is_picture);
  void make_standby();
  void reconfigure_standby(monitor::Duration within);
  std::shared_ptr<Slates> make_slates(const std::string& stream);
  std::shared_ptr<HeldPicture> make_picture(const std::string& stream);
  void ask_key_frame(std::size_t pipe);
  void on_finished(std::size_t pipe);
  void on_counts(const std::vector<RelayCounts>& counts);
  void tell_cover();
  void tell_titles();
  monitor::OutputReport report_of(const Output& output) const;
  bool is_stopped(const Output& output) const;
  void tell_change(const StreamParts& parts, const std::string& what);
  void on_change();
  void check_over();
  void attach(OutputNumber number, Descriptor write);
  void limit(Output& output, const recovery::splice::QueueLimits& buffer);
  Output* find(std::string_view name);
  Output* find(OutputNumber number);

  std::shared_ptr<const HeldParts> parts_;
  const Context context_;
  std::vector<Pipe> pipes_;
  std::vector<Output> outputs_;
  std::vector<Output> leaving_;    // replaced, or not in the configuration any more
  std::vector<Descriptor> given_;  // to the encoder that is being launched
  monitor::OutputReports reported_;
  OutputNumber next_number_ = 0;
  std::vector<std::string> stopped_;  // as asked for
  std::string covered_;               // as was told
  std::shared_ptr<IcecastTitles> titles_;
  std::shared_ptr<Slates> slates_;
  std::shared_ptr<HeldPicture> picture_;
  std::optional<std::string> title_;  // empty: no station is known
  bool is_fallback_ = false;
  std::unique_ptr<StandbyFallback> standby_;  // null: the stream has no fallback
  std::unique_ptr<StandbyFallback> leaving_standby_;
  std::optional<monitor::Duration> drains_within_;
  bool is_finishing_ = false;
  bool is_over_ = false;
};

}  // namespace supervisor
